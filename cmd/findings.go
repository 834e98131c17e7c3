package cmd

import (
	"bytes"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

func (a *app) findingsCommand() *cobra.Command {
	var id int64
	c := &cobra.Command{
		Use:   "findings",
		Short: "List what was found; show, accept and close findings",
		Long:  `A finding is what shares workflow, cause and path pattern: one problem, however often it was seen.`,
		Example: `  shadowrun findings
  shadowrun findings show 3fa9c1d2
  shadowrun findings accept 3fa9c1d2 --reason "booking time, JIRA-812" --until 2027-01-31
  shadowrun findings mended 3fa9c1d2 --reason "fixed in 2.4, JIRA-812"`,
		RunE: func(*cobra.Command, []string) error {
			return a.withSoak(id, func(s *soak.State, of ledger.Soak) error { return a.listFindings(s, of) })
		},
	}
	c.Args = unknownCommand
	c.PersistentFlags().Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	show := &cobra.Command{
		Use: "show KEY", Short: "Show a finding with an example", Example: "  shadowrun findings show 3fa9c1d2", Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.withSoak(id, func(s *soak.State, of ledger.Soak) error { return a.showFinding(s, of, args[0]) })
		},
	}
	c.AddCommand(show, a.acceptCommand(&id), a.mendedCommand(&id))
	return c
}

// withSoak calls f with the state folder open and the soak of a number in it, the latest for 0.
func (a *app) withSoak(id int64, f func(*soak.State, ledger.Soak) error) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	state, err := soak.View(dir)
	if err != nil {
		return err
	}
	defer state.Close()
	of, err := state.Soak(ledger.SoakID(id))
	if err != nil {
		return err
	}
	latest, err := state.Soak(0)
	if err != nil {
		return err
	}
	a.nameSoak(of.ID, latest.ID)
	return f(state, of)
}

// nameSoak has commands to paste name their soak where the state folder holds several: the latest one
// need not be that any more when they are pasted.
func (a *app) nameSoak(id, latest ledger.SoakID) {
	if latest > 1 {
		a.soakFlag = fmt.Sprintf(" --soak %d", id)
	}
}

// pasted are the flags that name a soak and its state folder in commands to paste.
func (a *app) pasted(dir string) string { return soak.StateFlag(dir) + a.soakFlag }

func (a *app) listFindings(s *soak.State, of ledger.Soak) error {
	summary, err := a.summarize(s, of)
	if err != nil {
		return err
	}
	if a.json {
		list := []findingJSON{}
		for _, f := range summary.Findings {
			list = append(list, newFindingJSON(f))
		}
		return a.printJSON(findingsJSON{jsonVersion, int64(of.ID), list})
	}
	a.writeFindings(summary, len(summary.Findings))
	return nil
}

type findingsJSON struct {
	Version  int           `json:"version"`
	Soak     int64         `json:"soak"`
	Findings []findingJSON `json:"findings"`
}

type findingShowJSON struct {
	Version int         `json:"version"`
	Finding findingJSON `json:"finding"`
}

func findFinding(s *soak.State, of ledger.Soak, key string) (ledger.Finding, error) {
	all, err := s.Ledger.Findings(of.ID)
	if err != nil {
		return ledger.Finding{}, err
	}
	var found []ledger.Finding
	for _, f := range all {
		if strings.HasPrefix(f.Key, key) {
			found = append(found, f)
		}
	}
	if len(found) != 1 || key == "" {
		return ledger.Finding{}, hinted(fmt.Errorf("finding %q: %d of soak %d begin so; want exactly one", key, len(found), of.ID),
			"'shadowrun findings' lists them")
	}
	if !found[0].AcceptedAt(time.Now()) {
		found[0].Accepted = nil // it has expired
	}
	return found[0], nil
}

func (a *app) showFinding(s *soak.State, of ledger.Soak, key string) error {
	f, err := findFinding(s, of, key)
	if err != nil {
		return err
	}
	f.Reproduction += a.soakFlag
	if a.json {
		return a.printJSON(findingShowJSON{jsonVersion, newFindingJSON(f)})
	}
	class, cause := classAndCause(f)
	fmt.Fprintf(a.out, "finding %s: %s, %s, %s\n", shortKey(f.Key), f.Workflow, class, cause)
	fmt.Fprintf(a.out, "  where    %s\n", printable(orRoot(f.Pattern)))
	fmt.Fprintf(a.out, "  seen     %d times, first in %s at %s, last in %s at %s\n", f.Count,
		runName(f.First.Run), f.First.At.Format(time.RFC3339), runName(f.Last.Run), f.Last.At.Format(time.RFC3339))
	var d replay.Difference
	if json.NewDecoder(bytes.NewReader(f.Example)).Decode(&d) == nil {
		fmt.Fprintf(a.out, "  example  %s\n", printable(orRoot(d.Path)))
		writeValues(a.out, d, "           ")
		fmt.Fprintf(a.out, "  because  %s\n", printable(d.Why))
	}
	if x := f.Explained; x != nil {
		fmt.Fprintf(a.out, "  proof    %s: %s\n", printable(orRoot(x.Path)), printable(x.Proof))
		fmt.Fprintf(a.out, "           (%s of %s, %s)\n", quantity(x.Runs, "run"), runName(x.Run), x.At.Format(time.RFC3339))
	}
	if f.Accepted != nil {
		fmt.Fprintf(a.out, "  %s by %s: %s\n", f.Accepted, f.Accepted.Who, f.Accepted.Reason)
	}
	if f.Again != nil {
		fmt.Fprintf(a.out, "  %s by %s, seen again: %s\n", f.Again, f.Again.Who, f.Again.Reason)
	}
	fmt.Fprintf(a.out, "  again    %s\n", f.Reproduction)
	if f.Explained == nil {
		fmt.Fprintf(a.out, "  why      shadowrun explain %s%s\n", runName(f.Shortest), a.pasted(s.Dir))
	}
	return nil
}

// who is the operator, for the record.
func who() string {
	name := os.Getenv("SUDO_USER")
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	return name
}
