package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) gateReviewCommand() *cobra.Command {
	var f gateFlags
	c := &cobra.Command{
		Use:   "review",
		Short: "Decide in a terminal, one after the other, about what is not as its golden says",
		Long: `Checks as 'shadowrun gate' does, and then asks about each workflow and seed that is not as its golden says:

  accept   what this build does becomes the golden; an orphan's golden is removed
  reject   the golden stays: the build is wrong
  rule     what differs is meant to: a rule for it, with your reason, is added to the configuration
  skip     decide later
  quit     decide the rest later

Each decision takes effect at once. What is not decided stays as it is, and the next review asks again.

Exit status: 0 nothing is left that fails, 1 something is, 3 nothing or not all could be compared.`,
		Example: "  shadowrun gate review\n  shadowrun gate review --workflow orders",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.gateReview(c, &f) },
	}
	f.add(c, a)
	return c
}

func (a *app) gateReview(c *cobra.Command, f *gateFlags) error {
	switch in, ok := a.stdin.(*os.File); {
	case inCI():
		return hinted(errors.New("CI is set, and goldens are accepted by people"), "'shadowrun gate' checks without asking")
	case a.json:
		return hinted(errors.New("review asks questions; it has no --json"), "'shadowrun gate --json' prints what there is to decide")
	case !ok || !term.IsTerminal(int(in.Fd())):
		return hinted(errors.New("review asks questions, and standard input is no terminal"),
			"'shadowrun gate --update' accepts all that can be accepted")
	}
	ctx, _, release := a.signals(c.Context(), 0)
	defer release()
	r := &review{app: a, command: c, flags: f, in: bufio.NewScanner(a.stdin), stale: map[string]bool{}}
	if err := r.open(); err != nil {
		return err
	}
	defer func() { r.done() }()
	report, err := a.checkGate(ctx, r.gate, f)
	if err != nil {
		return err
	}
	if err := r.all(ctx, &report); err != nil {
		return err
	}
	if r.accepted > 0 {
		if report.Problems, err = r.gate.Problems(); err != nil {
			return failure{err, exitInconclusive, nil}
		}
	}
	outcome, why := report.Judge()
	fmt.Fprintf(a.out, "\n%s accepted, %d rejected, %s added\n%s: %s\n", quantity(r.accepted, "golden"), r.rejected, quantity(r.rules, "rule"), outcome, why)
	if status := outcome.ExitStatus(); status != 0 {
		return exitError(status)
	}
	return nil
}

// review is a walk through what is not as its golden says.
type review struct {
	app     *app
	command *cobra.Command
	flags   *gateFlags
	in      *bufio.Scanner
	gate    *gate.Gate
	done    func()
	stale   map[string]bool // workflows that have a new rule since they were checked

	accepted, rejected, rules int
}

// open opens the gate, by the configuration as it is now.
func (r *review) open() (err error) {
	g, done, err := r.app.openGate(r.command, r.flags)
	if err == nil {
		r.gate, r.done = g, done
	}
	return err
}

// pending reports whether there is something to decide about a result.
func pending(r gate.Result) bool {
	return r.Acceptable() || len(r.Differences) > 0
}

// all asks about each result, and notes in the report what became of it.
func (r *review) all(ctx context.Context, report *gate.Report) error {
	asked := 0
	count := len(slices.DeleteFunc(slices.Clone(report.Results), func(x gate.Result) bool { return !pending(x) }))
	var left []gate.Result
	quit := false
	for _, result := range report.Results {
		if quit || !pending(result) {
			left = append(left, result)
			continue
		}
		asked++
		fmt.Fprintf(r.app.out, "\n%d of %d\n", asked, count)
		after, decision, err := r.one(ctx, *report, result)
		if err != nil {
			return err
		}
		quit = decision == decisionQuit
		if decision != decisionAccept || result.Verdict != gate.Orphan {
			left = append(left, after)
		}
	}
	report.Results = left
	return nil
}

// one asks about a result until that is decided, and returns what it is then.
func (r *review) one(ctx context.Context, report gate.Report, result gate.Result) (gate.Result, string, error) {
	for {
		if r.stale[result.Workflow] && result.Verdict != gate.Orphan {
			result = r.gate.CheckOne(ctx, result.Case)
			if !pending(result) {
				fmt.Fprintf(r.app.out, "%s: %s: %s\n", result.Case, result.Verdict, printable(result.Why))
				return result, decisionRule, nil
			}
		}
		report.Results = []gate.Result{result}
		for _, group := range report.Groups() {
			r.app.writeAcceptable(group, true)
		}
		decision := r.ask(result)
		switch decision {
		case decisionAccept:
			accepted, err := r.gate.Accept(ctx, []gate.Result{result})
			if err != nil {
				return result, "", failure{err, soak.Interrupted.ExitStatus(), nil}
			}
			r.app.writeAccepted(accepted)
			r.app.warnFailed(accepted)
			r.app.hintSigning(r.gate)
			if accepted[0].Err != nil {
				return result, decisionSkip, nil
			}
			r.accepted++
			return accepted[0].Next, decision, nil
		case decisionReject:
			r.rejected++
			fmt.Fprintf(r.app.out, "the golden stays; to see it again: %s\n", report.Reproduce(result))
			return result, decision, nil
		case decisionRule:
			if err := r.rule(result); err != nil && r.gate == nil {
				return result, "", err
			} else if err != nil {
				r.app.fail(err)
			}
		default:
			return result, decision, nil
		}
	}
}

const (
	decisionAccept = "accept"
	decisionReject = "reject"
	decisionRule   = "rule"
	decisionSkip   = "skip"
	decisionQuit   = "quit"
)

// ask asks what to do about a result; the end of the input is to quit.
func (r *review) ask(result gate.Result) string {
	choices := []string{decisionReject, decisionSkip, decisionQuit}
	if len(result.Differences) > 0 && result.Verdict != gate.Missing && !result.Damaged {
		choices = append([]string{decisionRule}, choices...)
	}
	if result.Acceptable() {
		choices = append([]string{decisionAccept}, choices...)
	}
	for {
		answer, ok := r.question(strings.Join(choices, ", ") + "?")
		if !ok {
			return decisionQuit
		}
		var meant []string
		for _, c := range choices {
			if answer != "" && strings.HasPrefix(c, answer) {
				meant = append(meant, c)
			}
		}
		if len(meant) == 1 {
			return meant[0]
		}
		if len(meant) > 1 {
			fmt.Fprintf(r.app.out, "%q is the beginning of %s: want one more letter\n", printable(answer), strings.Join(meant, " and of "))
			continue
		}
		fmt.Fprintf(r.app.out, "%q: want one of %s, or its beginning\n", printable(answer), strings.Join(choices, ", "))
	}
}

// question asks for a line.
func (r *review) question(text string) (string, bool) {
	fmt.Fprintf(r.app.out, "\n%s ", text)
	if !r.in.Scan() {
		fmt.Fprintln(r.app.out)
		return "", false
	}
	return strings.TrimSpace(r.in.Text()), true
}
