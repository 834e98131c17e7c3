package verify_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
)

const (
	attestation = verify.AttestationSuffix
	statement   = ".ada@example.org" + verify.StatementSuffix
	signature   = ".ada@example.org" + verify.SignatureSuffix
)

func TestTheUntouchedIsIntact(t *testing.T) {
	e := newEvidence(t)
	r := e.verify()
	want := []string{
		"bundle: manifest.json, and all 2 files as it has them",
		"out.tar.zst.intoto.jsonl: signed with the machine's key " + e.ring.Current(),
		"bundle: SHA-256 " + e.written.SHA256 + ", as attested",
		"files: each as attested",
		"configuration: the result holds for configuration, runbooks and scenarios in the bundle, 1 in all",
		"result: CERTIFIED, attested as PASSED",
		"sign-off of ada@example.org: release manager, 2026-11-23T12:00:00Z, with " + sign.Fingerprint(e.ada.Public()) + ", on the list of approvers at that date",
		"sign-off of bob@example.org: release manager, 2026-11-23T12:00:00Z, with " + sign.Fingerprint(e.bob.Public()) + ", on the list of approvers at that date",
		"sign-offs: 2, of 2 that are required",
	}
	if diff := cmp.Diff(want, lines(r, verify.OK)); diff != "" || r.Verdict() != verify.Accepted || len(r.Checks) != len(want) {
		t.Errorf("accepted %v, wrong %q (-want +got):\n%s", r.Verdict() == verify.Accepted, refusals(r), diff)
	}
}

// Each row is what somebody might do to signed evidence, and what they are told.
func TestTamperingIsNamed(t *testing.T) {
	for _, test := range []struct {
		name   string
		tamper func(e *evidence)
		want   string // of a line
	}{
		{"the report is another, and the manifest was made to fit", func(e *evidence) { e.pack(strings.Replace(reportText, "r1", "r2", 1)) }, "report.json: changed since it was attested: its SHA-256 is "},
		{"so it is no more the bundle that was signed", func(e *evidence) { e.pack(strings.Replace(reportText, "r1", "r2", 1)) }, "sign-off of ada@example.org: another bundle was signed"},
		{"nor its manifest", func(e *evidence) { e.pack(strings.Replace(reportText, "r1", "r2", 1)) }, "manifest.json: changed since it was attested"},
		{"a file was added, and the manifest was made to fit", func(e *evidence) { e.pack(reportText, bundle.Bytes("more.txt", nil)) }, "more.txt: unnamed since it was attested: it was added"},
		{"no report", func(e *evidence) { e.pack("{}") }, "report.json: it is no report"},
		{"the attestation was removed", func(e *evidence) { e.move(attestation, "") }, "out.tar.zst.intoto.jsonl: the machine's signature was removed"},
		{"the attestation is of another machine", func(e *evidence) { e.ring = otherRing(e.t); e.attestStatement() }, `which is not known here`},
		{"no key is known", func(e *evidence) { e.options.Keys = nil }, `out.tar.zst.intoto.jsonl: signed with the key "`},
		{"the machine attests again, after the sign-off", func(e *evidence) { e.attest(sign.Failed) }, "sign-off of ada@example.org: another attestation was signed"},
		{"and says otherwise", func(e *evidence) { e.attest(sign.Failed) }, `result: report.json says "CERTIFIED", the attestation "FAILED"`},
		{"the result holds for another configuration", func(e *evidence) {
			e.statement.Predicate.Configuration[0].Digest = sign.DigestOf(nil)
			e.attestStatement()
		}, "configuration/config.yaml: the result holds for another one"},
		{"the statement was removed", func(e *evidence) { e.move(statement, "") }, "sign-off of ada@example.org: out.tar.zst.ada@example.org.signoff.json is missing"},
		{"the signature was removed", func(e *evidence) { e.move(signature, "") }, "sign-off of ada@example.org: out.tar.zst.ada@example.org.sig is missing"},
		{"the sign-off was removed", func(e *evidence) { e.move(statement, ""); e.move(signature, "") }, "sign-offs: 1 of 2 that are required"},
		{"the signatures were swapped", func(e *evidence) {
			e.move(signature, ".x")
			e.move(".bob@example.org.sig", signature)
			e.move(".x", ".bob@example.org.sig")
		}, "sign-off of ada@example.org: out.tar.zst.ada@example.org.sig: the signature does not fit"},
		{"a sign-off was renamed", func(e *evidence) { e.move(statement, ".eve.signoff.json"); e.move(signature, ".eve.sig") }, "sign-off of ada@example.org: it is that of ada@example.org: the files were renamed"},
		{"a sign-off counts twice", func(e *evidence) {
			e.list += line("carol@example.org", e.ada)
			e.signOff("carol@example.org", e.ada)
		}, "sign-off of carol@example.org: this person or key, SHA256:"},
		{"a signer was taken off the list", func(e *evidence) { e.list = line("bob@example.org", e.bob) }, "sign-off of ada@example.org: not on the list of approvers: no line has SHA256:"},
		{"also where the others are enough", func(e *evidence) { e.list = line("bob@example.org", e.bob); e.options.Require = 1 }, "sign-off of ada@example.org: not on the list"},
		{"a signer has another key", func(e *evidence) { e.signOff("ada@example.org", e.bob) }, "is the key of bob@example.org, not of ada@example.org"},
		{"a signer may sign something else", func(e *evidence) {
			e.list = line(`ada@example.org namespaces="git"`, e.ada) + line("bob@example.org", e.bob)
		}, "sign-off of ada@example.org: on the list of approvers, but not for signing off: it is listed for git"},
		{"a signer's key had expired", func(e *evidence) {
			e.list = line(`ada@example.org valid-before="20261123Z"`, e.ada) + line("bob@example.org", e.bob)
		}, "sign-off of ada@example.org: on the list of approvers, but not valid then: expired, valid before 2026-11-23T00:00:00Z"},
		{"a sign-off from before the report", func(e *evidence) {
			e.signOff("ada@example.org", e.ada, func(s *sign.SignOff) { s.Date = noon.AddDate(0, -1, 0) })
		}, "dated 2026-10-23T12:00:00Z, before the report was made"},
		{"a sign-off from the future", func(e *evidence) {
			e.signOff("ada@example.org", e.ada, func(s *sign.SignOff) { s.Date = noon.AddDate(1, 0, 0) })
		}, "dated 2027-11-23T12:00:00Z, which has not come yet"},
		{"a sign-off of another verdict", func(e *evidence) {
			e.signOff("ada@example.org", e.ada, func(s *sign.SignOff) { s.Result = "NOT CERTIFIED" })
		}, "it is of the report r1, NOT CERTIFIED, and in the bundle is r1, CERTIFIED"},
		{"a sign-off of another report", func(e *evidence) {
			e.signOff("ada@example.org", e.ada, func(s *sign.SignOff) { s.Report = "r2" })
		}, "it is of the report r2, CERTIFIED, and in the bundle is r1, CERTIFIED"},
		{"more must have signed", func(e *evidence) { e.options.Require = 3 }, "sign-offs: 2 of 3 that are required"},
		{"there is no list", func(e *evidence) { e.noList = true }, "sign-offs: 0 of 2 that are required"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newEvidence(t, test.tamper)
			r := e.verify()
			told := refusals(r)
			if r.Verdict() == verify.Accepted || r.Unsigned || !slices.ContainsFunc(told, func(line string) bool { return strings.Contains(line, test.want) }) {
				t.Errorf("intact %v, unsigned %v, told\n  %s\nwant %q", r.Verdict() == verify.Accepted, r.Unsigned, strings.Join(told, "\n  "), test.want)
			}
		})
	}
}

func otherRing(t *testing.T) *golden.Ring {
	t.Helper()
	ring, err := golden.OpenRing(t.TempDir(), golden.RingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Every byte of every file is flipped: each time it is refused, and the file is named.
func TestEveryByteCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("it repeats one check for each byte")
	}
	e := newEvidence(t)
	for suffix, want := range map[string][]string{
		"":          {"bundle", "manifest.json", "report.json", "configuration/config.yaml"},
		attestation: {"out.tar.zst.intoto.jsonl"},
		statement:   {"sign-off of ada@example.org"},
		signature:   {"sign-off of ada@example.org"},
	} {
		text := e.get(suffix)
		for i := range text {
			tampered := bytes.Clone(text)
			tampered[i] ^= 1
			e.put(suffix, tampered)
			r := e.verify()
			named := slices.ContainsFunc(r.Checks, func(c verify.Check) bool {
				return c.State != verify.OK && c.State != verify.Unchecked && slices.Contains(want, c.What)
			})
			if r.Verdict() == verify.Accepted || !named {
				t.Errorf("out.tar.zst%s, byte %d: intact %v, told %q", suffix, i, r.Verdict() == verify.Accepted, refusals(r))
			}
		}
		e.put(suffix, text)
	}
	if r := e.verify(); r.Verdict() != verify.Accepted {
		t.Errorf("put back, it is not intact: %q", refusals(r))
	}
}

// A list of approvers changes when keys are replaced; what was signed before stays signed.
func TestASignOffOutlivesItsKey(t *testing.T) {
	e := newEvidence(t)
	e.list = line(`ada@example.org valid-before="20261124Z"`, e.ada) + line("bob@example.org", e.bob)
	e.options.At = noon.AddDate(5, 0, 0)
	if r := e.verify(); r.Verdict() != verify.Accepted {
		t.Errorf("told %q", refusals(r))
	}
}

func TestWithoutPeopleTheMachinesSignatureIsAll(t *testing.T) {
	e := newEvidence(t)
	for _, name := range []string{"ada", "bob"} {
		e.move("."+name+"@example.org.sig", "")
		e.move("."+name+"@example.org.signoff.json", "")
	}
	if r := e.verify(); r.Verdict() == verify.Accepted || !strings.Contains(strings.Join(refusals(r), "\n"), "sign-offs: nobody has signed it off") {
		t.Errorf("told %q", refusals(r))
	}
	e.options.Require = 0
	if r := e.verify(); r.Verdict() != verify.Accepted {
		t.Errorf("told %q", refusals(r))
	}
	e.move(attestation, "")
	if r := e.verify(); r.Verdict() == verify.Accepted || !r.Unsigned {
		t.Errorf("intact %v, unsigned %v, want a bundle that nobody signed", r.Verdict() == verify.Accepted, r.Unsigned)
	}
	e.pack("{}")
	if r := e.verify(); r.Unsigned {
		t.Error("unsigned, want that it is no report: what is wrong comes before what is missing")
	}
}

func TestSignOffsThatNoListKnowsOfAreNotChecked(t *testing.T) {
	e := newEvidence(t)
	e.noList, e.options.Require = true, 0
	r := e.verify()
	told := strings.Join(lines(r, verify.Unchecked), "\n")
	if r.Verdict() != verify.Accepted || r.Counted != 0 || !strings.Contains(told, "sign-off of ada@example.org: the signature fits") {
		t.Errorf("intact %v, counted %d, told %s", r.Verdict() == verify.Accepted, r.Counted, told)
	}
}

// What lies beside a bundle is not always a file, and not always small.
func TestWhatIsBesideItMayBeAnything(t *testing.T) {
	e := newEvidence(t)
	e.move(attestation, "")
	if err := os.Mkdir(e.path+attestation, 0o777); err != nil {
		t.Fatal(err)
	}
	e.put(".tar.sig", nil)
	e.put(".asc", []byte("not ours"))
	e.put(".sig", []byte("nor this"))
	told := strings.Join(refusals(e.verify()), "\n")
	for _, want := range []string{"out.tar.zst.intoto.jsonl: want a file", "sign-off of tar: out.tar.zst.tar.signoff.json is missing"} {
		if !strings.Contains(told, want) {
			t.Errorf("told\n%s\nwant %q", told, want)
		}
	}
	if strings.Contains(told, "asc") {
		t.Errorf("told of a file that is not ours:\n%s", told)
	}
}

func TestABundleThatIsNotThere(t *testing.T) {
	if _, err := verify.Bundle("/nowhere/out.tar.zst", verify.Options{At: time.Now()}); err == nil {
		t.Error("want an error")
	}
}
