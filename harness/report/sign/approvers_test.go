package sign_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/report/sign"
)

// The list means what it means to ssh-keygen, which is asked about each row as well.
func TestApprovers(t *testing.T) {
	path, other := keygen(t, "", "ed25519"), keygen(t, "", "ed25519")
	key := open(t, path, "", nobody)
	text := encoded(t, signOff())
	armored, err := key.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	sig := filepath.Join(t.TempDir(), "sig")
	if err := os.WriteFile(sig, armored, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, before string
		key          string
		signer       string
		want         error
	}{
		{"listed", "ada@example.org", path, "ada@example.org", nil},
		{"another key", "ada@example.org", other, "ada@example.org", sign.ErrNotListed},
		{"another name", "bob@example.org", path, "ada@example.org", sign.ErrNotListed},
		{"one of several names", "bob@example.org,ada@example.org", path, "ada@example.org", nil},
		{"any name of a host", "*@example.org", path, "ada@example.org", nil},
		{"any name of another host", "*@example.com", path, "ada@example.org", sign.ErrNotListed},
		{"a letter that varies", "ad?@example.org", path, "ada@example.org", nil},
		{"a name taken out", "!ada@example.org,*@example.org", path, "ada@example.org", sign.ErrNotListed},
		{"a dot is a dot", "ada@example.org", path, "ada@exampleXorg", sign.ErrNotListed},
		{"a quoted name", `"Ada Lovelace"`, path, "Ada Lovelace", nil},
		{"for this purpose", `ada@example.org namespaces="signoff@shadowrun"`, path, "ada@example.org", nil},
		{"for this purpose among others", `ada@example.org namespaces="git,signoff@*"`, path, "ada@example.org", nil},
		{"for another purpose", `ada@example.org namespaces="git"`, path, "ada@example.org", sign.ErrWrongNamespace},
		{"valid already", `ada@example.org valid-after="20261101Z"`, path, "ada@example.org", nil},
		{"not valid yet", `ada@example.org valid-after="202611231201Z"`, path, "ada@example.org", sign.ErrNotValid},
		{"valid still", `ada@example.org valid-before="20261123120001Z"`, path, "ada@example.org", nil},
		{"expired", `ada@example.org valid-before="20261123Z"`, path, "ada@example.org", sign.ErrNotValid},
		{"all of it", `ada@example.org namespaces="signoff@shadowrun",valid-after="20260101",valid-before="20270101"`, path, "ada@example.org", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := "# approvers\n\n" + listed(t, test.before, test.key)
			approvers, err := sign.ParseApprovers("allowed_signers", strings.NewReader(list))
			if err != nil {
				t.Fatal(err)
			}
			if err := approvers.Check(test.signer, key.Public(), signedAt); !errors.Is(err, test.want) {
				t.Errorf("err = %v, want %v", err, test.want)
			}
			file := filepath.Join(t.TempDir(), "allowed_signers")
			if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.Command("ssh-keygen", "-Y", "verify", "-Overify-time="+signedAt.Format("20060102150405Z"), "-f", file, "-I", test.signer, "-n", sign.Namespace, "-s", sig)
			c.Stdin = bytes.NewReader(text)
			if out, err := c.CombinedOutput(); (err == nil) != (test.want == nil) {
				t.Errorf("ssh-keygen is of another mind: %v\n%s", err, out)
			}
		})
	}
}

// The line that comes nearest tells why, and one that fits is enough.
func TestAKeyInSeveralLines(t *testing.T) {
	path := keygen(t, "", "ed25519")
	key := open(t, path, "", nobody).Public()
	expired, good := listed(t, `ada valid-before="20200101Z"`, path), listed(t, "ada", path)
	for name, test := range map[string]struct {
		list string
		want error
	}{
		"another's, then expired": {listed(t, "bob", path) + expired, sign.ErrNotValid},
		"expired, then another's": {expired + listed(t, "bob", path), sign.ErrNotValid},
		"expired, then renewed":   {expired + good, nil},
		"nobody":                  {"", sign.ErrNotListed},
	} {
		approvers, err := sign.ParseApprovers("f", strings.NewReader(test.list))
		if err != nil {
			t.Fatal(err)
		}
		if err := approvers.Check("ada", key, signedAt); !errors.Is(err, test.want) {
			t.Errorf("%s: err = %v, want %v", name, err, test.want)
		}
	}
}

func TestAListThatIsNotUnderstoodIsRefused(t *testing.T) {
	key := strings.TrimSpace(strings.TrimPrefix(listed(t, "", keygen(t, "", "ed25519")), " "))
	for _, test := range []struct{ name, list, want string }{
		{"no key", "ada\n", "f:1: want a name and a key"},
		{"a broken key", "# list\nada ssh-ed25519 AAAA\n", "f:2: want: NAME"},
		{"an unknown option", "ada no-touch " + key, `f:1: unknown option "no-touch"`},
		{"a certificate authority", "ada cert-authority " + key, "f:1: certificates are not read"},
		{"no time", `ada valid-before="soon" ` + key, `f:1: time "soon": want YYYYMMDD`},
		{"no day", `ada valid-before="20261399" ` + key, `f:1: time "20261399"`},
		{"an open quotation", `"ada ` + key, "f:1: a quotation mark is not closed"},
		{"no namespace", `ada namespaces="" ` + key, "f:1: namespaces= is empty"}, // ssh-keygen lets such a line sign nothing
		{"a namespace without a value", "ada namespaces " + key, "f:1: namespaces= is empty"},
		{"namespaces twice", `ada namespaces="git",namespaces="signoff@shadowrun" ` + key, "f:1: option namespaces comes twice"},
		{"another encoding", "ad\xe9 " + key, "f:1: want UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := sign.ParseApprovers("f", strings.NewReader(test.list)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %q", err, test.want)
			}
		})
	}
}

func FuzzParseApprovers(f *testing.F) {
	f.Add("ada namespaces=\"git\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKnvhH2mTzgBe8uK1jtLBTSOUnKk2vQyHn0Xl8eV3d2W x\n")
	f.Add("\"a b\" valid-before=\"20260101Z\" ")
	f.Fuzz(func(t *testing.T, list string) {
		approvers, err := sign.ParseApprovers("f", strings.NewReader(list))
		if (approvers == nil) == (err == nil) {
			t.Errorf("%v, %v", approvers, err)
		}
	})
}

func TestTimesWithoutAZoneAreLocal(t *testing.T) {
	path := keygen(t, "", "ed25519")
	approvers, err := sign.ParseApprovers("f", strings.NewReader(listed(t, `ada valid-before="202611231200"`, path)))
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)
	key := open(t, path, "", nobody).Public()
	if before, after := approvers.Check("ada", key, noon), approvers.Check("ada", key, noon.Add(time.Second)); before != nil || !errors.Is(after, sign.ErrNotValid) {
		t.Errorf("%v, then %v; want nil, then %v", before, after, sign.ErrNotValid)
	}
}
