package verify_test

import (
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const reportText = `{"version":1,"id":"r1","made_at":"2026-11-23T11:00:00Z","verdict":{"result":"CERTIFIED"}}` + "\n"

// evidence is a bundle with all that belongs to it, signed by ada and bob.
type evidence struct {
	t         *testing.T
	path      string
	written   bundle.Written
	ring      *golden.Ring
	ada, bob  *sign.Key
	list      string // of approvers
	noList    bool
	statement sign.Statement
	options   verify.Options
}

// newEvidence makes some, of which change may change what is made.
func newEvidence(t *testing.T, change ...func(*evidence)) *evidence {
	t.Helper()
	e := &evidence{t: t, path: filepath.Join(t.TempDir(), "out.tar.zst"), ada: key(t, 1), bob: key(t, 2)}
	e.pack(reportText)
	var err error
	if e.ring, err = golden.OpenRing(t.TempDir(), golden.RingOptions{}); err != nil {
		t.Fatal(err)
	}
	e.list = line("ada@example.org", e.ada) + line("bob@example.org", e.bob)
	e.options = verify.Options{Keys: e.ring, Require: 2, At: noon.Add(time.Hour)}
	e.attest(sign.Passed)
	e.signOff("ada@example.org", e.ada)
	e.signOff("bob@example.org", e.bob)
	for _, c := range change {
		c(e)
	}
	return e
}

// key returns one that follows from a seed.
func key(t *testing.T, seed byte) *sign.Key {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize))), "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "id")
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := sign.OpenKey(path, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// line is one of a list of approvers.
func line(before string, k *sign.Key) string {
	return before + " " + string(ssh.MarshalAuthorizedKey(k.Public()))
}

// pack writes the bundle, in place of one that is there.
func (e *evidence) pack(report string, more ...bundle.File) {
	e.t.Helper()
	os.Remove(e.path)
	var err error
	if e.written, err = bundle.Write(e.path, append(more, bundle.Bytes("report.json", []byte(report)), bundle.Bytes("configuration/config.yaml", []byte("seed: 1\n")))); err != nil {
		e.t.Fatal(err)
	}
}

func (e *evidence) attest(result string) {
	e.t.Helper()
	subject := []sign.Resource{{Name: "out.tar.zst", Digest: sign.Digest{SHA256: e.written.SHA256}}}
	var configuration []sign.Resource
	for _, f := range e.written.Files {
		r := sign.Resource{Name: f.Name, Digest: sign.Digest{SHA256: f.SHA256}}
		subject = append(subject, r)
		if strings.HasPrefix(f.Name, "configuration/") {
			configuration = append(configuration, r)
		}
	}
	e.statement = sign.NewStatement(subject, sign.TestResult{Result: result, Configuration: configuration, PassedTests: []string{"goldens verify"}})
	e.attestStatement()
}

func (e *evidence) attestStatement() {
	e.t.Helper()
	text, err := sign.Attest(e.ring, e.statement)
	if err != nil {
		e.t.Fatal(err)
	}
	e.put(verify.AttestationSuffix, text)
}

func (e *evidence) signOff(name string, k *sign.Key, change ...func(*sign.SignOff)) {
	e.t.Helper()
	s := sign.SignOff{Version: 1, Name: name, Role: "release manager", Date: noon, Statement: "I have read it.", Report: "r1", Result: "CERTIFIED",
		Bundle:      sign.Resource{Name: "out.tar.zst", Digest: sign.DigestOf(e.get(""))},
		Attestation: sign.Resource{Name: "out.tar.zst.intoto.jsonl", Digest: sign.DigestOf(e.get(verify.AttestationSuffix))}}
	for _, c := range change {
		c(&s)
	}
	text, err := s.Encode()
	if err != nil {
		e.t.Fatal(err)
	}
	signature, err := k.Sign(text)
	if err != nil {
		e.t.Fatal(err)
	}
	e.put("."+sign.FilePart(name)+verify.StatementSuffix, text)
	e.put("."+sign.FilePart(name)+verify.SignatureSuffix, signature)
}

func (e *evidence) get(suffix string) []byte {
	e.t.Helper()
	text, err := os.ReadFile(e.path + suffix)
	if err != nil {
		e.t.Fatal(err)
	}
	return text
}

func (e *evidence) put(suffix string, text []byte) {
	e.t.Helper()
	if err := os.WriteFile(e.path+suffix, text, 0o666); err != nil {
		e.t.Fatal(err)
	}
}

// move renames a file; to nothing removes it.
func (e *evidence) move(from, to string) {
	e.t.Helper()
	var err error
	if to == "" {
		err = os.Remove(e.path + from)
	} else {
		err = os.Rename(e.path+from, e.path+to)
	}
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e *evidence) verify() verify.Result {
	e.t.Helper()
	o := e.options
	if !e.noList {
		var err error
		if o.Approvers, err = sign.ParseApprovers("allowed_signers", strings.NewReader(e.list)); err != nil {
			e.t.Fatal(err)
		}
	}
	r, err := verify.Bundle(e.path, o)
	if err != nil {
		e.t.Fatal(err)
	}
	return r
}

// lines are the checks that came out so.
func lines(r verify.Result, of verify.State) (all []string) {
	for _, c := range r.Checks {
		if c.State == of {
			all = append(all, fmt.Sprintf("%s: %s", c.What, c.Detail))
		}
	}
	return all
}

// refusals are the checks for each of which the bundle is refused.
func refusals(r verify.Result) (all []string) {
	for _, s := range []verify.State{verify.Wrong, verify.Missing, verify.NotCounted, verify.Unverified} {
		all = append(all, lines(r, s)...)
	}
	return all
}
