package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/stop"
)

// stopJSON is an emergency stop, or that there is none.
type stopJSON struct {
	On     bool       `json:"on"`
	Since  *time.Time `json:"since,omitempty"`
	Who    string     `json:"who,omitempty"`
	Host   string     `json:"host,omitempty"`
	Reason string     `json:"reason,omitempty"`
	ByHand bool       `json:"by_hand"`
}

func newStopJSON(s stop.State) stopJSON {
	j := stopJSON{s.On, nil, s.Who, s.Host, s.Reason, s.ByHand}
	if !s.Since.IsZero() {
		since := s.Since.UTC()
		j.Since = &since
	}
	return j
}

type stopStatusJSON struct {
	Version    int      `json:"version"`
	State      string   `json:"state"`
	Stop       stopJSON `json:"stop"`
	EngineFile string   `json:"engine_file,omitempty"`
	EngineOn   bool     `json:"engine_on"`
}

type stopChangeJSON struct {
	Version int        `json:"version"`
	State   string     `json:"state"`
	Before  stopJSON   `json:"before"`
	Now     stopJSON   `json:"now"`
	Steps   []stepJSON `json:"steps"`
}

type stepJSON struct {
	What  string `json:"what"`
	Did   string `json:"did,omitempty"`
	Error string `json:"error,omitempty"`
}

type stopLogJSON struct {
	Version int          `json:"version"`
	Entries []actionJSON `json:"entries"`
}

type actionJSON struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Detail string    `json:"detail"`
}

func (a *app) printStop(dir string, s stop.State, e stop.Engine) error {
	_, err := os.Lstat(e.File)
	engineOn := e.File != "" && !errors.Is(err, fs.ErrNotExist)
	if a.json {
		return a.printJSON(stopStatusJSON{jsonVersion, dir, newStopJSON(s), e.File, engineOn})
	}
	fmt.Fprintf(a.out, "emergency stop: %s\n", onOff(s))
	if e.File != "" {
		fmt.Fprintf(a.out, "  the engine's file %s is %s\n", printable(e.File), map[bool]string{true: "there", false: "not there"}[engineOn])
	}
	if e.File != "" && engineOn != s.On {
		a.warn("the soak and the engine disagree: 'shadowrun stop enable' stops both, 'stop disable' neither")
	}
	return nil
}

func onOff(s stop.State) string {
	if !s.On {
		return "off"
	}
	return "ON, " + printable(s.String())
}

func (a *app) printStopChange(dir string, done stop.Done) error {
	if a.json {
		j := stopChangeJSON{jsonVersion, dir, newStopJSON(done.Before), newStopJSON(done.Now), []stepJSON{}}
		for _, s := range done.Steps {
			step := stepJSON{What: s.What, Did: s.Did}
			if s.Err != nil {
				step.Error = s.Err.Error()
			}
			j.Steps = append(j.Steps, step)
		}
		return a.printJSON(j)
	}
	was := ""
	switch {
	case done.Before.On && done.Now.On:
		was = " (as before)"
	case !done.Before.On && !done.Now.On:
		was = " (as before: there is nothing to lift)"
	}
	fmt.Fprintf(a.out, "emergency stop: %s%s\n", onOff(done.Now), was)
	for _, s := range done.Steps {
		fmt.Fprintf(a.out, "  %s\n", printable(s.String()))
	}
	return nil
}

func (a *app) printStopLog(entries []ledger.Action) error {
	if a.json {
		j := stopLogJSON{jsonVersion, []actionJSON{}}
		for _, e := range entries {
			j.Entries = append(j.Entries, actionJSON{e.At, e.Who, e.What, e.Detail})
		}
		return a.printJSON(j)
	}
	if len(entries) == 0 {
		fmt.Fprintln(a.out, "no emergency stop so far")
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), printable(e.What), printable(e.Who), printable(e.Detail))
	}
	return w.Flush()
}
