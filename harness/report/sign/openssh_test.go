package sign_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/shadowrun/shadowrun/harness/report/sign"
)

var signedAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func signOff() sign.SignOff {
	return sign.SignOff{Version: 1, Name: "ada@example.org", Role: "release manager", Date: signedAt, Statement: "I have read it.", Report: "r1", Result: "CERTIFIED",
		Bundle: sign.Resource{Name: "out.tar.zst", Digest: digest}, Attestation: sign.Resource{Name: "out.tar.zst.intoto.jsonl", Digest: digest}}
}

func encoded(t *testing.T, s sign.SignOff) []byte {
	t.Helper()
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// keygen makes a key pair with the real ssh-keygen, and returns the private part's path.
func keygen(t *testing.T, passphrase string, kind ...string) string {
	t.Helper()
	needs(t, "ssh-keygen")
	path := filepath.Join(t.TempDir(), "id")
	run(t, nil, "ssh-keygen", append([]string{"-q", "-C", "a comment", "-f", path, "-N", passphrase, "-t"}, kind...)...)
	return path
}

func run(t *testing.T, stdin []byte, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(stdin)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func nobody(string) ([]byte, error) { return nil, errors.New("nobody is there to ask") }

func open(t *testing.T, path, agentAt string, ask sign.Ask) *sign.Key {
	t.Helper()
	k, err := sign.OpenKey(path, agentAt, ask)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

// listed returns the list of approvers with one line, for the key in path.
func listed(t *testing.T, before, path string) string {
	t.Helper()
	public, err := os.ReadFile(path + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return before + " " + string(public)
}

var kinds = map[string][]string{"Ed25519": {"ed25519"}, "ECDSA": {"ecdsa", "-b", "384"}, "RSA": {"rsa", "-b", "2048"}}

func TestSSHKeygenAcceptsOurSignatures(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := keygen(t, "", kind...)
			text := encoded(t, signOff())
			armored, err := open(t, path, "", nobody).Sign(text)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			list, sig := filepath.Join(dir, "allowed_signers"), filepath.Join(dir, "sig")
			for path, content := range map[string][]byte{list: []byte(listed(t, `ada@example.org namespaces="signoff@shadowrun"`, path)), sig: armored} {
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run(t, text, "ssh-keygen", "-Y", "verify", "-f", list, "-I", "ada@example.org", "-n", sign.Namespace, "-s", sig)
			tampered := bytes.Replace(text, []byte("CERTIFIED"), []byte("certified"), 1)
			c := exec.Command("ssh-keygen", "-Y", "verify", "-f", list, "-I", "ada@example.org", "-n", sign.Namespace, "-s", sig)
			c.Stdin = bytes.NewReader(tampered)
			if out, err := c.CombinedOutput(); err == nil {
				t.Errorf("ssh-keygen accepts what was changed: the test shows nothing\n%s", out)
			}
		})
	}
}

// Who trusts no other program than OpenSSH's signs with it.
func TestSignaturesOfSSHKeygenAreAccepted(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := keygen(t, "", kind...)
			text := encoded(t, signOff())
			file := filepath.Join(t.TempDir(), "signoff.json")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, nil, "ssh-keygen", "-q", "-Y", "sign", "-n", sign.Namespace, "-f", path, file)
			armored, err := os.ReadFile(file + ".sig")
			if err != nil {
				t.Fatal(err)
			}
			key, err := sign.Verify(text, armored)
			if err != nil {
				t.Fatal(err)
			}
			if want := open(t, path, "", nobody).Public(); !bytes.Equal(want.Marshal(), key.Marshal()) {
				t.Errorf("key %s, want %s", sign.Fingerprint(key), sign.Fingerprint(want))
			}
		})
	}
}

func TestEveryByteOfASignOffCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("it repeats one check for each bit")
	}
	key := open(t, keygen(t, "", "ed25519"), "", nobody)
	text := encoded(t, signOff())
	armored, err := key.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range armored {
		for bit := range 8 {
			tampered := bytes.Clone(armored)
			tampered[i] ^= 1 << bit
			if got, err := sign.Verify(text, tampered); err == nil && bytes.Equal(got.Marshal(), key.Public().Marshal()) {
				t.Errorf("signature, byte %d, bit %d: accepted: %q in place of %q", i, bit, tampered[i], armored[i])
			}
		}
	}
	for i := range text {
		tampered := bytes.Clone(text)
		tampered[i] ^= 1
		if _, err := sign.Verify(tampered, armored); !errors.Is(err, sign.ErrNotSigned) {
			t.Errorf("statement, byte %d: err = %v, want %v", i, err, sign.ErrNotSigned)
		}
	}
	for name, tampered := range map[string]string{"something before it": "x\n" + string(armored), "something after it": string(armored) + "x\n", "cut": string(armored[:100]), "empty": "",
		"lines broken elsewhere": strings.Replace(string(armored), "\nU1NIU0lH", "\nU1NI\nU0lH", 1),
		"a line broken in two":   strings.Join(slices.Insert(strings.SplitAfter(string(armored), "\n"), 2, "\n"), "")} {
		if _, err := sign.Verify(text, []byte(tampered)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestASignatureForAnotherPurposeIsNone(t *testing.T) {
	path := keygen(t, "", "ed25519")
	file := filepath.Join(t.TempDir(), "signoff.json")
	text := encoded(t, signOff())
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", path, file)
	armored, _ := os.ReadFile(file + ".sig")
	if _, err := sign.Verify(text, armored); err == nil || !strings.Contains(err.Error(), `in the namespace "git", want "signoff@shadowrun"`) {
		t.Errorf("err = %v, want one that names the namespace", err)
	}
}

// The format has a field that nothing covers.
func TestNothingIsAddedToASignature(t *testing.T) {
	text := encoded(t, signOff())
	armored, err := open(t, keygen(t, "", "ed25519"), "", nobody).Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(armored)
	var blob struct {
		Magic                                     [6]byte
		Version                                   uint32
		Key, Namespace, Reserved, Hash, Signature string
	}
	if err := ssh.Unmarshal(block.Bytes, &blob); err != nil {
		t.Fatal(err)
	}
	blob.Reserved = "a remark"
	block.Bytes = ssh.Marshal(blob)
	if _, err := sign.Verify(text, pem.EncodeToMemory(block)); err == nil || !strings.Contains(err.Error(), "it was rewritten") {
		t.Errorf("err = %v, want that it was rewritten", err)
	}
}

func TestSignOffIsReadAsItWasWritten(t *testing.T) {
	text := encoded(t, signOff())
	got, err := sign.ParseSignOff(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(signOff(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, tampered := range map[string]string{
		"another case of a key": strings.Replace(string(text), `"role"`, `"Role"`, 1),
		"an unknown key":        strings.Replace(string(text), `"version": 1,`, `"version": 1, "x": 1,`, 1),
		"a key twice":           strings.Replace(string(text), `"version": 1,`, `"version": 1, "version": 1,`, 1),
		"another version":       strings.Replace(string(text), `"version": 1`, `"version": 2`, 1),
		"no bundle":             strings.ReplaceAll(string(text), digest.SHA256, ""),
		"something after it":    string(text) + "{}",
		"nothing":               "",
	} {
		if _, err := sign.ParseSignOff([]byte(tampered)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, s := range map[string]sign.SignOff{"a name of two lines": {Name: "a\nb"}, "no name": {}, "no role": {Name: "ada"}} {
		s.Version, s.Bundle = 1, signOff().Bundle
		if _, err := s.Encode(); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
	for range 50 { // where more than one thing is wrong, always the same is told
		if _, err := (sign.SignOff{Version: 1, Bundle: signOff().Bundle}).Encode(); err == nil || !strings.Contains(err.Error(), `name ""`) {
			t.Fatalf("err = %v, want it to name the name", err)
		}
	}
}

func TestAKeyWithAPassphrase(t *testing.T) {
	path := keygen(t, "open sesame", "ed25519")
	answer := func(text string) sign.Ask { return func(string) ([]byte, error) { return []byte(text), nil } }
	open(t, path, "", answer("open sesame"))
	if _, err := sign.OpenKey(path, "", answer("open barley")); err == nil || !strings.Contains(err.Error(), "the passphrase is wrong") {
		t.Errorf("err = %v, want a wrong passphrase", err)
	}
	if _, err := sign.OpenKey(path, "", nobody); err == nil || !strings.Contains(err.Error(), "nobody is there to ask") {
		t.Errorf("err = %v, want why nobody was asked", err)
	}
	legacy := keygen(t, "open sesame", "ecdsa", "-m", "PEM")
	open(t, legacy, "", answer("open sesame"))
}

// serveAgent is an agent that holds the keys in these files, and returns where it listens.
func serveAgent(t *testing.T, paths ...string) string {
	t.Helper()
	ring := agent.NewKeyring()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		key, err := ssh.ParseRawPrivateKey(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if err := agent.ServeAgent(ring, conn); err != io.EOF {
				t.Error(err)
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return socket
}

func TestAKeyInAnAgent(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			path := keygen(t, "", kind...)
			k := open(t, path+".pub", serveAgent(t, path), nobody)
			text := encoded(t, signOff())
			armored, err := k.Sign(text)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sign.Verify(text, armored); err != nil {
				t.Error(err)
			}
		})
	}
}

// A key that the agent has unlocked needs no passphrase a second time.
func TestAKeyWithAPassphraseInAnAgent(t *testing.T) {
	path := keygen(t, "", "ed25519")
	socket := serveAgent(t, path)
	run(t, nil, "ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", path)
	open(t, path, socket, nobody)
}

func TestAKeyThatCannotSign(t *testing.T) {
	key, other := keygen(t, "", "ed25519"), keygen(t, "", "ed25519")
	loose := keygen(t, "", "ed25519")
	if err := os.Chmod(loose, 0o644); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, path, agentAt, want string }{
		{"not there", "/nowhere/id", "", "no such file"},
		{"no key", text, "", "want a private OpenSSH key"},
		{"others may read it", loose, "", "chmod 600 " + loose},
		{"a public key without an agent", key + ".pub", "", "no agent is there"},
		{"an agent that is gone", key + ".pub", "/nowhere/agent", "agent: "},
		{"an agent without it", key + ".pub", serveAgent(t, other), "the agent does not hold it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := sign.OpenKey(test.path, test.agentAt, nobody); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %q", err, test.want)
			}
		})
	}
}
