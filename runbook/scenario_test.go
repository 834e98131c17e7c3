package runbook

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestScanScenario(t *testing.T) {
	s, err := ScanScenario("valve", []byte(`# The valve is turned.
[!exec:valve] skip 'no valve'
bind valve-id 7

step look 0123456789ab#as it is
stdout 'it''s stuck#'
bind other 8
exitcode 3 step book:turn 112233445566
eventually 5s exists turned
procedure close
-- stop --
stop
-- file --
step not-a-line
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []*Use{
		{Line: 5, Name: "look", Reviewed: "0123456789ab", Asserted: true, Bound: []string{"valve-id"}},
		{Line: 8, Name: "book:turn", Reviewed: "112233445566", Asserted: true, Bound: []string{"valve-id", "other"}},
		{Line: 10, Name: "close", Whole: true, Bound: []string{"valve-id", "other"}},
	}
	if diff := cmp.Diff(want, s.Uses, cmpopts.IgnoreFields(Use{}, "Scenario")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestAsserted: what comes after a step certifies it only where it can fail because of the step.
func TestAsserted(t *testing.T) {
	for after, want := range map[string]bool{
		"":                                     false,
		"exitcode 0":                           false,
		"exec true":                            false,
		"! exec false":                         false,
		"eventually 5s exec true":              false,
		"wait":                                 false,
		"env A=b":                              false,
		"echo stdout x":                        false,
		"stdout":                               false,
		"stdout ''":                            false,
		"stdout .*":                            false,
		"stdout '^'":                           false,
		"stdout 'a|'":                          false,
		"stdout # x":                           false,
		"# stdout x":                           false,
		"[linux] stdout x":                     false,
		"grep 'x*' file":                       false,
		"cmp a a":                              false,
		"step b\nstdout x":                     false,
		"procedure b\nstdout x":                false,
		"stdout .":                             true,
		"! stdout .":                           true,
		"stdout -count=2 ''":                   true,
		"stderr x":                             true,
		"grep x file":                          true,
		"cmp stdout want":                      true,
		"cmpenv stdout want":                   true,
		"exists file":                          true,
		"! exists file":                        true,
		"httpget http://x up":                  true,
		"promalert Down firing":                true,
		"pgcount 'select 1' == 1":              true,
		"redisping":                            true,
		"eventually 5s httpget http://x up":    true,
		"eventually 5s ! exists file":          true,
		"exec ls\nexitcode 0\n\nstdout 'file'": true,
	} {
		t.Run(after, func(t *testing.T) {
			s, err := ScanScenario("s", []byte("step a\n"+after+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Uses[0].Asserted; got != want {
				t.Errorf("asserted: %v, want %v", got, want)
			}
		})
	}
}

func TestScanScenarioRefuses(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"nothing", "", "s.txtar:1: it carries no step out; an empty scenario certifies nothing"},
		{"no step", "exec true\nstdout x\n-- a --\nstep a\n", "s.txtar:2: it carries no step out; an empty scenario certifies nothing"},
		{"an end before the end", "step a\n[linux] stop\nstep b", "s.txtar:2: stop ends the scenario before its end; take it out"},
		{"a skip of all", "skip for now\nstep a", "s.txtar:1: skip without a condition: the scenario would never certify anything; take it out"},
		{"a step that may be left out", "[linux] step a", "s.txtar:1: a step under a condition may not be carried out; put the condition before a skip"},
		{"a step that nobody can tell", "step $STEP\nstep a", "s.txtar:1: step names its step by a variable; write the id and the digest that was reviewed"},
		{"no step's name", "step\nstep a", "s.txtar:1: want 'step ID DIGEST'"},
		{"a file without a name", "step a\n-- --", "s.txtar:2: a file without a name; write -- name --"},
		{"an open quotation", "step a\nstdout 'x", "s.txtar:2: the quotation has no end; close it with '"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ScanScenario("s", []byte(test.src))
			if diff := cmp.Diff(test.want, message(err)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
