package drill

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// command is one of a scenario's. What it prints goes to r.ts.Stdout(); its error fails the scenario.
type command func(r *run, args []string) error

// probes look and change nothing: they can be negated, and tried again by eventually.
var probes = map[string]command{"httpget": httpGet, "promalert": promAlert, "pgcount": pgCount, "redisping": redisPing}

var acts = map[string]command{"bind": bind, "step": step, "procedure": procedure, "exitcode": exitCode, "fault": fault, "soak": soak, endCommand: ends}

// commands returns the commands as testscript calls them.
func (r *run) commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, c := range acts {
		all[name] = func(ts *testscript.TestScript, negated bool, args []string) {
			r.ts = ts
			if negated {
				ts.Fatalf("'! %s' is not meant: only probes, pipeline and exec can be negated", name)
			}
			ts.Check(c(r, args))
		}
	}
	for name, c := range probes {
		all[name] = func(ts *testscript.TestScript, negated bool, args []string) {
			r.ts = ts
			ts.Check(negate(c(r, args), negated, name))
		}
	}
	all["pipeline"] = r.pipeline
	all["eventually"] = func(ts *testscript.TestScript, negated bool, args []string) {
		r.ts = ts
		if negated {
			ts.Fatalf("write 'eventually TIME ! COMMAND …'")
		}
		ts.Check(eventually(r, args))
	}
	return all
}

// usage is an error of who wrote the scenario, which a negated command must not take for what it waits for.
type usage string

func (u usage) Error() string { return "usage: " + string(u) }

func negate(err error, negated bool, name string) error {
	var wrong usage
	switch {
	case !negated || errors.As(err, &wrong):
		return err
	case err == nil:
		return fmt.Errorf("%s succeeded, and should not", name)
	}
	return nil
}

// bind gives a placeholder of the blocks that follow a value: bind NAME VALUE
func bind(r *run, args []string) error {
	if len(args) != 2 {
		return usage("bind NAME VALUE")
	}
	r.values[args[0]] = args[1]
	return nil
}

// exitCode says what exit status the step before had, or the step behind it is to have: exitcode N [step ID DIGEST]
func exitCode(r *run, args []string) error {
	if len(args) < 2 {
		return usage("exitcode N [step ID DIGEST | procedure ID DIGEST]")
	}
	line, args := lineOf(args)
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return usage("exitcode N: a number")
	}
	if len(args) == 1 {
		if r.last == nil {
			return fmt.Errorf("exitcode %d: no step was carried out before", want)
		}
		if r.last.Exit != want {
			return fmt.Errorf("exit status %d, want %d", r.last.Exit, want)
		}
		return nil
	}
	switch args[1] {
	case "step":
		return carryOutStep(r, line, args[2:], want)
	case "procedure":
		return carryOutProcedure(r, line, args[2:], want)
	}
	return usage("exitcode N [step ID DIGEST | procedure ID DIGEST]")
}

// ends is the last command of each script.
func ends(r *run, args []string) error {
	r.reached = len(args) == 1 && args[0] == r.mark
	return nil
}

// lineOf takes off the line that [Scenario.prepare] put in front.
func lineOf(args []string) (int, []string) {
	line, _ := strconv.Atoi(args[0])
	return line, args[1:]
}
