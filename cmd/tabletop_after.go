package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
)

// journalEntryJSON is what was added to a drill's journal.
type journalEntryJSON struct {
	Version int    `json:"version"`
	Journal string `json:"journal"`
	Added   string `json:"added"`
}

// addToJournal appends what came up after a drill to its journal.
func (a *app) addToJournal(path, kind string, entry runbook.Entry) (err error) {
	r, err := runbook.AppendJournal(path)
	if err != nil {
		return hinted(err, "'shadowrun tabletop' says where it keeps its journal")
	}
	if err := errors.Join(r.Append(entry), r.Close()); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(journalEntryJSON{jsonVersion, path, kind})
	}
	_, err = fmt.Fprintf(a.out, "%s added to %s\n", kind, printable(path))
	return err
}

func (a *app) tabletopObserveCommand() *cobra.Command {
	var o runbook.Observation
	c := &cobra.Command{
		Use: "observe JOURNAL", Short: "Write down what somebody saw",
		Example: "  shadowrun tabletop observe drill.jsonl --text \"the stop took a minute to reach all hosts\" --step tabletop-stop-on",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.Text == "" {
				return hinted(errors.New("--text is missing"), "say what was seen")
			}
			o.At, o.Who = time.Now().UTC(), cmp.Or(o.Who, who())
			return a.addToJournal(args[0], "observation", o)
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Text, "text", "", "what was seen")
	flags.StringVar(&o.Step, "step", "", "of which `step`")
	flags.StringVar(&o.Who, "who", "", "by whom (default the user, before any sudo)")
	return c
}

func (a *app) tabletopFollowUpCommand() *cobra.Command {
	var f runbook.FollowUp
	c := &cobra.Command{
		Use: "followup JOURNAL", Short: "Write down what is to be done, by whom and when",
		Example: "  shadowrun tabletop followup drill.jsonl --what \"say in the runbook which hosts\" --owner mara --due 2026-12-01",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if f.What == "" || f.Owner == "" {
				return hinted(errors.New("--what and --owner are missing"), "a follow-up that nobody owns is not done")
			}
			if _, err := time.Parse(time.DateOnly, f.Due); err != nil {
				return hinted(fmt.Errorf("--due %q: want a day, such as 2026-12-01", f.Due))
			}
			f.At = time.Now().UTC()
			return a.addToJournal(args[0], "follow-up", f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.What, "what", "", "what is to be done")
	flags.StringVar(&f.Owner, "owner", "", "by whom")
	flags.StringVar(&f.Due, "due", "", "until which `day`")
	return c
}

func (a *app) tabletopSignOffCommand() *cobra.Command {
	var s runbook.SignOff
	c := &cobra.Command{
		Use: "signoff JOURNAL", Short: "Put a name to a drill that is certified",
		Long: `Puts a name to a drill that is certified, with the issues that it brought up and what was changed in the
runbook since. A drill that is not certified is not signed off.`,
		Example: "  shadowrun tabletop signoff drill.jsonl --issue \"INC-204\" --change \"the stop names its hosts\"",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			j, err := runbook.ReadJournal(args[0])
			if err != nil {
				return hinted(err, "'shadowrun tabletop' says where it keeps its journal")
			}
			switch {
			case j.End == nil:
				return failure{errors.New("the drill has no end: it was cut short, or is under way"), exitFail, []string{"'shadowrun tabletop' begins another"}}
			case j.End.Verdict != runbook.Certified:
				return failure{fmt.Errorf("the drill is %s", j.End.Verdict), exitFail, []string{"'shadowrun tabletop followup " + soak.ShellQuote(args[0]) + "' writes down what is to be done"}}
			case len(j.Damaged) > 0:
				return failure{fmt.Errorf("line %d of the journal: %s", j.Damaged[0].Line, j.Damaged[0].Why), exitFail, nil}
			}
			s.At, s.Who = time.Now().UTC(), cmp.Or(s.Who, who())
			return a.addToJournal(args[0], "sign-off", s)
		},
	}
	flags := c.Flags()
	flags.StringVar(&s.Who, "who", "", "who signs (default the user, before any sudo)")
	flags.StringArrayVar(&s.Issues, "issue", nil, "an issue that it brought up, any number of times")
	flags.StringArrayVar(&s.Changes, "change", nil, "a change of the runbook, any number of times")
	return c
}
