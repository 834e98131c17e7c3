package verify_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
)

// Whether it was changed and whether it is signed off are two questions, and a sign-off that does not count answers only one.
func TestIntegrityIsNotAcceptance(t *testing.T) {
	bare := func(e *evidence) {
		for _, name := range []string{"ada", "bob"} {
			e.move("."+name+"@example.org.sig", "")
			e.move("."+name+"@example.org.signoff.json", "")
		}
	}
	stranger := func(e *evidence) { e.signOff("eve/../x", key(e.t, 3)) }
	ada := func(options string) func(*evidence) {
		return func(e *evidence) { e.list = line("ada@example.org "+options, e.ada) + line("bob@example.org", e.bob) }
	}
	both := func(changes ...func(*evidence)) func(*evidence) {
		return func(e *evidence) {
			for _, change := range changes {
				change(e)
			}
		}
	}
	one := func(e *evidence) { e.options.Require = 1 }
	for _, test := range []struct {
		name       string
		change     func(*evidence)
		want       verify.Verdict
		notCounted []string
	}{
		{"two of two", func(*evidence) {}, verify.Accepted, nil},
		{"two of two, and a stranger's beside them", stranger, verify.Stray, []string{"eve-..-x"}},
		{"one was taken off the list", func(e *evidence) { e.list = line("bob@example.org", e.bob) }, verify.NotSignedOff, []string{"ada@example.org"}},
		{"one was taken off the list, and the other is enough", both(one, func(e *evidence) { e.list = line("bob@example.org", e.bob) }), verify.Stray, []string{"ada@example.org"}},
		{"one's key had expired", both(one, ada(`valid-before="20261123Z"`)), verify.Stray, []string{"ada@example.org"}},
		{"one may sign something else", both(one, ada(`namespaces="git"`)), verify.Stray, []string{"ada@example.org"}},
		{"one counts once", both(one, func(e *evidence) {
			e.list += line("carol@example.org", e.ada)
			e.signOff("carol@example.org", e.ada)
		}), verify.Stray, []string{"carol@example.org"}},
		{"one is from the future", both(one, func(e *evidence) {
			e.signOff("ada@example.org", e.ada, func(s *sign.SignOff) { s.Date = noon.AddDate(1, 0, 0) })
		}), verify.Stray, []string{"ada@example.org"}},
		{"nobody has signed it off", bare, verify.NotSignedOff, nil},
		{"there is no list of approvers", func(e *evidence) { e.noList = true }, verify.NotSignedOff, nil},
		{"there is no list, and none is required", func(e *evidence) { e.noList, e.options.Require = true, 0 }, verify.Accepted, nil},
		{"the machine's key is not known here", func(e *evidence) { e.options.Keys = otherRing(e.t) }, verify.NotVerified, nil},
		{"the machine's key is not known here, and a stranger signed", both(stranger, func(e *evidence) { e.options.Keys = otherRing(e.t) }), verify.NotVerified, []string{"eve-..-x"}},
		{"there is no signature", both(bare, func(e *evidence) { e.move(attestation, "") }), verify.NotSigned, nil},
		{"the attestation alone was removed", func(e *evidence) { e.move(attestation, "") }, verify.NotIntact, nil},
		{"half a sign-off was removed", func(e *evidence) { e.move(signature, "") }, verify.NotIntact, nil},
		{"the stranger's is of another bundle", both(func(e *evidence) {
			e.signOff("eve", key(e.t, 3), func(s *sign.SignOff) { s.Bundle.Digest = sign.DigestOf(nil) })
		}), verify.NotIntact, nil},
		{"nobody has signed it off, and it was changed", both(bare, func(e *evidence) { e.pack("{}") }), verify.NotIntact, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newEvidence(t, test.change).verify()
			if diff := cmp.Diff(test.want, r.Verdict()); diff != "" {
				t.Errorf("(-want +got):\n%s\ntold\n  %s", diff, strings.Join(refusals(r), "\n  "))
			}
			if diff := cmp.Diff(test.notCounted, r.NotCounted); diff != "" {
				t.Errorf("not counted (-want +got):\n%s", diff)
			}
			if intact := strings.HasPrefix(string(test.want), "INTACT"); r.Intact() != intact {
				t.Errorf("intact: %v, want %v", r.Intact(), intact)
			}
		})
	}
}
