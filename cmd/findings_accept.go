package cmd

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type acceptJSON struct {
	Version  int          `json:"version"`
	Key      string       `json:"key"`
	Accepted acceptedJSON `json:"accepted"`
}

type mendJSON struct {
	Version int        `json:"version"`
	Key     string     `json:"key"`
	Mended  mendedJSON `json:"mended"`
}

type mendedJSON struct {
	Reason    string    `json:"reason"`
	At        time.Time `json:"at"`
	Who       string    `json:"who"`
	SeenAgain bool      `json:"seen_again"`
}

func newMendedJSON(x ledger.Acceptance, again bool) mendedJSON {
	return mendedJSON{x.Reason, x.At, x.Who, again}
}

// defaultAcceptance is how long an acceptance lasts where nothing else is said.
const defaultAcceptance = 30 * 24 * time.Hour

func (a *app) acceptCommand(id *int64) *cobra.Command {
	var reason, until string
	c := &cobra.Command{
		Use: "accept KEY", Short: "Let a finding be for some time: it then fails no soak",
		Example: "  shadowrun findings accept 3fa9c1d2 --reason \"booking time, JIRA-812\" --until 2027-01-31",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errors.New("--reason: want why the finding may be let be")
			}
			now := time.Now()
			last := now.UTC().Truncate(24 * time.Hour).Add(defaultAcceptance)
			if until != "" {
				var err error
				last, err = time.Parse(time.DateOnly, until)
				if err != nil {
					return fmt.Errorf("--until %s: want a day such as 2027-01-31", until)
				}
			}
			end := last.AddDate(0, 0, 1)
			switch {
			case !end.After(now):
				return fmt.Errorf("--until %s is past", until)
			case end.After(now.AddDate(10, 0, 0)):
				return fmt.Errorf("--until %s is more than ten years away: what is let be for good is a rule's to cover", until)
			}
			return a.accept(*id, args[0], ledger.Acceptance{Reason: reason, Until: end, Who: who(), At: now})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why it may be let be (required)")
	c.Flags().StringVar(&until, "until", "", "the last `day`, in UTC, such as 2027-01-31 (default in 30 days)")
	return c
}

func (a *app) mendedCommand(id *int64) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "mended KEY", Short: "Close a finding: it fails no soak unless it is seen again",
		Long: `Says that what made the finding is mended. It then fails no soak, as long as it is not seen again. A replay that starts
after this instant and sees it counts like a new finding, in this soak and in every later one. To let a finding be that is
still there, use 'findings accept'.`,
		Example: "  shadowrun findings mended 3fa9c1d2 --reason \"fixed in 2.4, JIRA-812\"",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errors.New("--reason: want what mended it")
			}
			now := time.Now()
			return a.accept(*id, args[0], ledger.Acceptance{Reason: reason, Until: now, Who: who(), At: now})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "what mended it (required)")
	return c
}

// accept records an acceptance of the finding whose key begins so.
func (a *app) accept(id int64, key string, x ledger.Acceptance) error {
	return a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
		f, err := findFinding(s, of, key)
		if err != nil {
			return err
		}
		x.Key = f.Key
		l, err := ledger.Append(soak.LedgerPath(s.Dir))
		if err != nil {
			return err
		}
		if err := errors.Join(l.Accept(x), l.Close()); err != nil {
			return err
		}
		switch {
		case a.json && x.Mended():
			return a.printJSON(mendJSON{jsonVersion, x.Key, newMendedJSON(x, false)})
		case a.json:
			return a.printJSON(acceptJSON{jsonVersion, x.Key, acceptedJSON{x.Reason, x.Until, x.Who}})
		case x.Mended():
			a.say("finding %s is closed; seen again, it counts like a new one", shortKey(x.Key))
		default:
			a.say("finding %s is accepted until %s", shortKey(x.Key), ledger.LastDay(x.Until))
		}
		return nil
	})
}
