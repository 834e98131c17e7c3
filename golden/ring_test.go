package golden

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const testType = "application/vnd.shadowrun.test"

func mustSeal(t testing.TB, r *Ring, payload string) []byte {
	t.Helper()
	envelope, err := r.Seal(testType, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func reopen(t testing.TB, r *Ring, o RingOptions) *Ring {
	t.Helper()
	again, err := OpenRing(r.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func checkOpens(t testing.TB, r *Ring, envelope []byte, want string) {
	t.Helper()
	got, _, err := r.Open(testType, envelope)
	if err != nil || string(got) != want {
		t.Errorf("open: got %q, %v, want %q", got, err, want)
	}
}

func TestRingMakesItsFirstKey(t *testing.T) {
	r := testRing(t)
	envelope := mustSeal(t, r, "hello")
	want := map[string]os.FileMode{r.Current() + ".key": 0o600, r.Current() + ".pub": 0o644, "current": 0o644}
	got := map[string]os.FileMode{}
	for _, path := range storeFiles(t, r.dir) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(path)] = info.Mode()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(r.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	again := reopen(t, r, RingOptions{})
	if again.Current() != r.Current() {
		t.Errorf("opened again: key %s, want %s", again.Current(), r.Current())
	}
	checkOpens(t, again, envelope, "hello")
}

func TestRingVerifyOnly(t *testing.T) {
	r := testRing(t)
	envelope := mustSeal(t, r, "hello")
	if err := os.Remove(filepath.Join(r.dir, r.Current()+privateSuffix)); err != nil {
		t.Fatal(err)
	}
	reader := reopen(t, r, RingOptions{ReadOnly: true})
	checkOpens(t, reader, envelope, "hello")
	if _, err := reader.Seal(testType, nil); !errors.Is(err, ErrVerifyOnly) {
		t.Errorf("seal: %v", err)
	}
	if err := reader.Rotate(); !errors.Is(err, ErrVerifyOnly) {
		t.Errorf("rotate: %v", err)
	}
	if _, err := OpenRing(r.dir, RingOptions{}); err == nil || !strings.Contains(err.Error(), "rm ") {
		t.Errorf("open for signing: %v, want what to type", err)
	}
	none, err := OpenRing(filepath.Join(t.TempDir(), "none"), RingOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := none.Open(testType, envelope); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("open without keys: %v", err)
	}
}

func TestRingRotateOverlaps(t *testing.T) {
	r := testRing(t)
	before := mustSeal(t, r, "before")
	old := r.Current()
	if err := r.Rotate(); err != nil {
		t.Fatal(err)
	}
	if r.Current() == old {
		t.Fatal("the same key signs")
	}
	after := mustSeal(t, r, "after")
	for _, ring := range []*Ring{r, reopen(t, r, RingOptions{}), reopen(t, r, RingOptions{ReadOnly: true})} {
		checkOpens(t, ring, before, "before")
		checkOpens(t, ring, after, "after")
	}
}

func TestRingSecret(t *testing.T) {
	r := secretRing(t, "a secret of our own")
	envelope := mustSeal(t, r, "hello")
	checkOpens(t, reopen(t, r, RingOptions{Secret: []byte("a secret of our own"), ReadOnly: true}), envelope, "hello")

	next := reopen(t, r, RingOptions{Secret: []byte("the secret after it"), Retired: [][]byte{[]byte("a secret of our own")}})
	checkOpens(t, next, envelope, "hello")
	if next.Current() == r.Current() {
		t.Error("another secret has the same id")
	}
	other := reopen(t, r, RingOptions{Secret: []byte("the secret after it")})
	if _, _, err := other.Open(testType, envelope); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("another secret: %v", err)
	}
	for _, short := range []string{"", "fifteen letters"} {
		if _, err := OpenRing(t.TempDir(), RingOptions{Secret: []byte(short)}); err == nil {
			t.Errorf("secret %q was accepted", short)
		}
	}
}

func TestRingOpenSeesEveryBit(t *testing.T) {
	for name, r := range map[string]*Ring{"ed25519": testRing(t), "hmac": secretRing(t, "a secret of our own")} {
		for _, payload := range []string{"", "a", "ab", "abc"} { // every padding
			envelope := mustSeal(t, r, payload)
			checkOpens(t, r, envelope, payload)
			for at := 0; at < len(envelope); at += step() {
				for bit := range 8 {
					bad := bytes.Clone(envelope)
					bad[at] ^= 1 << bit
					if _, _, err := r.Open(testType, bad); err == nil {
						t.Errorf("%s: byte %d bit %d: %q passes", name, at, bit, bad)
					}
				}
				if _, _, err := r.Open(testType, envelope[:at]); err == nil {
					t.Errorf("%s: cut to %d: it passes", name, at)
				}
			}
			if _, _, err := r.Open(testType+"2", envelope); !errors.Is(err, ErrBadSignature) {
				t.Errorf("%s: another type: %v", name, err)
			}
		}
	}
}

func TestRingRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *Ring, private, public string) error
		want  string
	}{
		"a loose private key": {func(_ *Ring, private, _ string) error { return os.Chmod(private, 0o640) }, "chmod 600 "},
		"a key under another's name": {func(_ *Ring, private, _ string) error {
			return os.Rename(private, filepath.Join(filepath.Dir(private), "0123456789abcdef.key"))
		}, "the key in it is"},
		"a changed public key": {func(_ *Ring, _, public string) error {
			b, err := os.ReadFile(public)
			b[80] ^= 1
			return errors.Join(err, os.WriteFile(public, b, 0o644))
		}, "key "},
		"a public key with more in it": {func(_ *Ring, _, public string) error {
			b, err := os.ReadFile(public)
			return errors.Join(err, os.WriteFile(public, append(b, "more\n"...), 0o644))
		}, "nothing else"},
		"a name for no key": {func(r *Ring, _, _ string) error {
			return os.WriteFile(filepath.Join(r.dir, currentName), []byte("0123456789abcdef\n"), 0o644)
		}, "0123456789abcdef"},
		"no name for two keys": {func(r *Ring, _, _ string) error {
			return errors.Join(r.Rotate(), os.Remove(filepath.Join(r.dir, currentName)))
		}, "2 private keys"},
	} {
		t.Run(name, func(t *testing.T) {
			r := testRing(t)
			stem := filepath.Join(r.dir, r.Current())
			if err := c.spoil(r, stem+privateSuffix, stem+publicSuffix); err != nil {
				t.Fatal(err)
			}
			if _, err := OpenRing(r.dir, RingOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// A kill between any two files of the first key leaves a ring that opens and signs.
func TestRingGoesOnAfterAKill(t *testing.T) {
	for name, gone := range map[string][]string{
		"private key written": {publicSuffix, currentName},
		"both written":        {currentName},
	} {
		t.Run(name, func(t *testing.T) {
			r := testRing(t)
			for _, suffix := range gone {
				name := suffix
				if suffix == publicSuffix {
					name = r.Current() + suffix
				}
				if err := os.Remove(filepath.Join(r.dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			again := reopen(t, r, RingOptions{})
			if again.Current() != r.Current() {
				t.Errorf("key %s, want %s", again.Current(), r.Current())
			}
			checkOpens(t, reopen(t, r, RingOptions{ReadOnly: true}), mustSeal(t, again, "hello"), "hello")
		})
	}
}

// Who checks a signature elsewhere has been given one public key, under a name of their own.
func TestOnePublicKeyVerifies(t *testing.T) {
	r := testRing(t)
	other, err := OpenRing(t.TempDir(), RingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.dir, r.Current()+".pub"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "soak-host.pem")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	public, err := OpenPublicKey(path)
	if err != nil {
		t.Fatal(err)
	}
	checkOpens(t, public, mustSeal(t, r, "hello"), "hello")
	if _, _, err := public.Open(testType, mustSeal(t, other, "hello")); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("another key: err = %v, want %v", err, ErrUnknownKey)
	}
	if _, err := public.Seal(testType, nil); !errors.Is(err, ErrVerifyOnly) {
		t.Errorf("seal: err = %v, want %v", err, ErrVerifyOnly)
	}
	if _, err := OpenPublicKey(filepath.Join(r.dir, r.Current()+".key")); err == nil {
		t.Error("a private key passes for a public one")
	}
}
