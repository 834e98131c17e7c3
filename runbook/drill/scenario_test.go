package drill_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// pump is a runbook of commands that anybody has.
const pump = "# Pump\n\n" +
	"## Start {#start}\n\n" +
	"```sh id=open\nvalve=open\necho \"the valve is $valve\"\n```\n\n" +
	"```sh id=run\necho running, $valve,$PRESSURE\npwd >where\n```\n\n" +
	"```sh id=fails\necho it does not start >&2\nfalse\n```\n\n" +
	"## Look {#look}\n\n" +
	"```console id=shown\n$ echo pressure $((3+4)) bar\npressure … bar\n```\n\n" +
	"```sh id=wrong\necho 8\n```\n\n```output\n9\n```\n\n" +
	"```sh id=named\necho <pump-id> >named\n```\n\n" +
	"```sh id=quits\necho leaving\nexit 3\n```\n\n" +
	"```sh id=endless\nwhile :; do :; done\n```\n\n" +
	"```sh id=asks\nread answer || echo nobody answers\n```\n\n" +
	"```sh id=climb manual=\"a ladder is needed\"\nclimb\n```\n\n" +
	"## Stop {#stop}\n\n" +
	"```sh id=stop-1\necho one >>done\n```\n\n" +
	"```sh id=stop-2\necho two >>done; [ -z \"$BROKEN\" ]\n```\n\n" +
	"```sh id=stop-3\necho three >>done\n```\n"

func book(t *testing.T, text string) *runbook.Book {
	t.Helper()
	b, err := runbook.Parse("pump", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reviewed writes the digests of a book into a scenario, as a reviewer does: 'step ID' becomes 'step ID DIGEST'.
func reviewed(t *testing.T, b *runbook.Book, text string) []byte {
	t.Helper()
	return []byte(regexp.MustCompile(`(?m)\b(step|procedure) ([\w:-]+)$`).ReplaceAllStringFunc(text, func(line string) string {
		kind, id, _ := strings.Cut(line, " ")
		if kind == "procedure" {
			_, p, err := runbook.FindProcedure([]*runbook.Book{b}, id)
			if err != nil {
				t.Fatal(err)
			}
			return line + " " + p.Digest()
		}
		_, s, err := runbook.FindStep([]*runbook.Book{b}, id)
		if err != nil {
			t.Fatal(err)
		}
		return line + " " + s.Digest
	}))
}

// carriedOut is what came of a scenario, as far as the tests look.
type carriedOut struct {
	Verdict runbook.Verdict
	Steps   []string // id, verdict
}

func carryOut(t *testing.T, text string, o drill.Options) (drill.Result, []runbook.CarriedOut, carriedOut) {
	t.Helper()
	var told []runbook.CarriedOut
	o.Books = []*runbook.Book{book(t, pump)}
	o.Record = func(s runbook.CarriedOut) { told = append(told, s) }
	result, err := drill.Run(t.Context(), drill.Scenario{File: "drills/pump.txtar", Text: reviewed(t, o.Books[0], text)}, o)
	if err != nil {
		t.Fatal(err)
	}
	c := carriedOut{Verdict: result.Verdict}
	for _, s := range told {
		c.Steps = append(c.Steps, s.Step+" "+string(s.Verdict))
	}
	return result, told, c
}

func TestScenarios(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         carriedOut
		why          []string // what the failure says, too
	}{
		{"a step that does what is asserted", "step open\nstdout 'the valve is open'\n", carriedOut{"pass", []string{"open pass"}}, nil},
		{"standard error is there as well", "step fails\nexitcode 1\nstderr 'not start'\n! stdout .\n", carriedOut{"pass", []string{"fails pass"}}, nil},
		{"a procedure's steps share a shell, and the script's environment and folder are theirs",
			"mkdir shed\ncd shed\nstep open\nstdout open\nenv PRESSURE=high\nstep run\nstdout '^running, open,high$'\ngrep shed$ where\n",
			carriedOut{"pass", []string{"open pass", "run pass"}}, nil},
		{"another procedure has a shell of its own", "step open\nstdout open\nstep shown\nstdout bar\nstep run\nstdout '^running, ,$'\n",
			carriedOut{"pass", []string{"open pass", "shown pass", "run pass"}}, nil},
		{"an exit status that nobody expects", "step fails\nstderr start\nstep open\nstdout open\n", carriedOut{"fail", []string{"fails fail", "open not_reached"}},
			[]string{"drills/pump.txtar:1", "pump.md:15: step fails: exit status 1, want 0", "    | echo it does not start >&2\n    | false", "    | it does not start"}},
		{"an exit status that is not the expected", "step fails\nexitcode 2\nstderr start\n", carriedOut{"fail", []string{"fails fail"}}, []string{"exit status 1, want 2"}},
		{"success where failure was expected", "step open\nexitcode 1\nstdout open\n", carriedOut{"fail", []string{"open fail"}}, []string{"exit status 0, want 1"}},
		{"exitcode in front of the step", "exitcode 1 step fails\nstderr start\n", carriedOut{"pass", []string{"fails pass"}}, nil},
		{"exitcode does not reach over other lines", "step fails\nstderr start\nexitcode 1\n", carriedOut{"fail", []string{"fails fail"}}, []string{"want 0"}},
		{"what it asserts is not so", "step open\nstdout closed\n", carriedOut{"fail", []string{"open fail"}},
			[]string{"drills/pump.txtar:2: no match for `closed`", "pump.md:5, step open, exit status 0", "    | the valve is open"}},
		{"what the runbook says it prints", "step shown\nstdout 'pressure 7'\n", carriedOut{"pass", []string{"shown pass"}}, nil},
		{"not what the runbook says it prints", "step wrong\nstdout 8\n", carriedOut{"fail", []string{"wrong fail"}}, []string{"step wrong did not print what the runbook says: line 1 is \"8\"; expected \"9\""}},
		{"a placeholder", "bind pump-id p-7\nstep named\ngrep ^p-7$ named\n", carriedOut{"pass", []string{"named pass"}}, nil},
		{"an unbound placeholder: nothing is carried out", "step named\nstdout .\n", carriedOut{"fail", []string{"named not_reached"}},
			[]string{"drills/pump.txtar:1", "pump.md:35", "step named: <pump-id> is not bound; say 'bind pump-id VALUE'", "nothing was carried out"}},
		{"a stale digest: nothing is carried out", "step open 0123456789ab\nstdout open\n", carriedOut{"fail", []string{"open not_reached"}},
			[]string{"pump.md:5: step open is not as it was reviewed: nothing was carried out", "reviewed: digest 0123456789ab (drills/pump.txtar:1)", "write there\n    step open "}},
		{"a stale digest after it: nothing is carried out", "step shown\nstdout bar\nstep open 0123456789ab\nstdout open\n", carriedOut{"fail", []string{"shown not_reached", "open not_reached"}},
			[]string{"step open is not as it was reviewed: nothing was carried out", "(drills/pump.txtar:3)"}},
		{"no such step", "step shut 0123456789ab\nstdout open\n", carriedOut{"fail", nil}, []string{`no runbook has a step "shut"`, "runbook list"}},
		{"a step for a person", "step climb\nstdout open\n", carriedOut{"fail", []string{"climb not_reached"}}, []string{"step climb is for a person: a ladder is needed"}},
		{"a procedure", "procedure stop\ngrep -count=1 three done\n", carriedOut{"pass", []string{"stop-1 pass", "stop-2 pass", "stop-3 pass"}}, nil},
		{"a procedure ends at the first step that fails", "env BROKEN=1\nprocedure stop\nexitcode 1\n! grep three done\n", carriedOut{"pass", []string{"stop-1 pass", "stop-2 pass", "stop-3 not_reached"}}, nil},
		{"a step that ends its shell", "step quits\nexitcode 3\nstdout leaving\nstep shown\nstdout bar\n", carriedOut{"pass", []string{"quits pass", "shown pass"}}, nil},
		{"standard input is empty", "step asks\nstdout 'nobody answers'\n", carriedOut{"pass", []string{"asks pass"}}, nil},
		{"one that stops certifies nothing", "step open\nstdout open\nstop\n", carriedOut{"fail", []string{"open not_reached"}}, []string{"pump.txtar:3: stop ends the scenario before its end"}},
		{"a stop that only a condition shows", "step open\nstdout open\n[unix] stop\n", carriedOut{"fail", []string{"open not_reached"}}, []string{"stop"}},
		{"one that skips", "step open\nstdout open\n[unix] skip 'no pump here'\n", carriedOut{"skipped", []string{"open not_reached"}}, []string{"no pump here"}},
		{"an empty one", "# nothing\n", carriedOut{"fail", nil}, []string{"carries no step out"}},
		{"a step under a condition", "[unix] step open\nstdout open\n", carriedOut{"fail", []string{"open not_reached"}}, []string{"pump.txtar:1: a step under a condition"}},
		{"a negated step", "! step fails\nstdout open\n", carriedOut{"fail", []string{"fails not_reached"}}, []string{"'exitcode N' in the next line"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			result, _, got := carryOut(t, test.script, drill.Options{Program: "/bin/false"})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\nwhy: %s\n%s", diff, result.Why, result.Log)
			}
			for _, part := range test.why {
				if !strings.Contains(result.Why, part) {
					t.Errorf("it does not say %q:\n%s", part, result.Why)
				}
			}
		})
	}
}

func TestAStepHasATimeLimit(t *testing.T) {
	result, _, got := carryOut(t, "step endless\nstdout x\nstep shown\nstdout bar\n", drill.Options{Program: "/bin/false", Limit: 100 * time.Millisecond})
	if diff := cmp.Diff(carriedOut{"fail", []string{"endless fail", "shown not_reached"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "step endless was cut off: it took longer than 100ms"; !strings.Contains(result.Why, want) {
		t.Errorf("it does not say %q:\n%s", want, result.Why)
	}
}

func TestAnInterruptedDrillEndsItsStep(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	begun := t.TempDir() + "/begun"
	if err := os.WriteFile(begun, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	b := book(t, "# B\n\n## P {#p}\n\n```sh id=waits\nrm "+begun+"; sleep 1000\n```\n")
	go func() {
		for {
			if _, err := os.Stat(begun); err != nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	result, err := drill.Run(ctx, drill.Scenario{File: "p.txtar", Text: reviewed(t, b, "step waits\nstdout x\n")}, drill.Options{Books: []*runbook.Book{b}, Program: "/bin/false"})
	if err != nil || result.Verdict != runbook.Fail || !strings.Contains(result.Why, "the drill was interrupted") {
		t.Errorf("%v, %+v; want a failure that says so", err, result)
	}
}

// What a record holds is what the runbook shows, and whether it was asserted.
func TestRecords(t *testing.T) {
	_, told, _ := carryOut(t, "bind pump-id p-7\nstep named\nstep shown\nstep quits\nexitcode 3\nstdout leaving\nstep asks\nstdout nobody\n", drill.Options{Program: "/bin/false"})
	type row struct {
		Line     int
		Step     string
		Block    string
		Exit     int
		Stdout   string
		Asserted bool
		Why      string
	}
	var got []row
	for _, s := range told {
		got = append(got, row{s.Line, s.Step, s.Block, s.Exit, s.Stdout, s.Asserted, s.Why})
	}
	if diff := cmp.Diff([]row{
		{2, "named", "echo p-7 >named\n", 0, "", false, ""},
		{3, "shown", "echo pressure $((3+4)) bar\n", 0, "pressure 7 bar\n", true, ""},
		{4, "quits", "echo leaving\nexit 3\n", 3, "leaving\n", true, ""},
		{7, "asks", "read answer || echo nobody answers\n", 0, "nobody answers\n", true, "the shell was new: the step before had ended it"},
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A shell that ends is told from a step that takes too long, though both wake who waits for it.
func TestAStepThatEndsItsShellIsNeverATimeOut(t *testing.T) {
	script := strings.Repeat("step quits\nexitcode 3\nstdout leaving\n", 30)
	for range 5 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			if result, _, _ := carryOut(t, script, drill.Options{Program: "/bin/false"}); result.Verdict != runbook.Pass {
				t.Error(result.Why)
			}
		})
	}
}
