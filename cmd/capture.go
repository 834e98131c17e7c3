package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type captureFlags struct {
	to    string
	force bool
}

func (a *app) captureCommand() *cobra.Command {
	var f captureFlags
	c := &cobra.Command{
		Use:   "capture [RUN | FINDING]",
		Short: "Put everything that an analysis of an incident needs into one archive",
		Long: `Writes a .tar.zst with the soak's ledger (a copy that every command reads: --state on the unpacked folder), the goldens
and replays of its findings, standard-error tails, logs, status, events, actions, the soak's processes and the host's, disk
and memory, versions, the configuration, what 'doctor' says, and MANIFEST.json: each file with its SHA-256, and what could
not be had and why. With RUN or FINDING the goldens are of that one only.

It changes nothing, and works while the soak runs, after it was killed, and as another user as far as that may read. The values
that redact: names are taken out of everything, keys are never in it, and of other users' processes it has the names only.

Exit status: 0 the archive is written, also where something could not be had; 1 it could not be written.`,
		Example: `  shadowrun capture
  shadowrun capture c12r3 --to /mnt/usb/incident-4711.tar.zst
  shadowrun capture 3fa9c1d2 --state /var/lib/shadowrun`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.capture(c, append(args, "")[0], &f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.to, "to", "", "the `file` (default shadowrun-capture-TIME.tar.zst in this folder)")
	flags.BoolVar(&f.force, "force", false, "write over what is there")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file`, for the values that redact: names (default "+configName+" if it is there)")
	return c
}

// captureJSON is an archive that was written.
type captureJSON struct {
	capture.Manifest
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func (a *app) capture(c *cobra.Command, what string, f *captureFlags) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	at := time.Now()
	if f.to == "" {
		f.to = "shadowrun-capture-" + at.UTC().Format("20060102T150405Z") + ".tar.zst"
	}
	ctx, end := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer end()
	i := a.newIncident(ctx, dir, at)
	defer i.close()
	if err := i.choose(what); err != nil {
		return err
	}
	i.o.To, i.o.Force = f.to, f.force
	written, err := capture.Write(ctx, i.allParts(), i.o)
	switch {
	case errors.Is(err, capture.ErrExists):
		return hinted(err, "--force writes over it, --to FILE elsewhere")
	case ctx.Err() != nil:
		return failure{err, soak.Interrupted.ExitStatus(), nil}
	case err != nil:
		return failure{err, exitFail, []string{"--to FILE writes elsewhere, such as to another disk"}}
	}
	return a.printCapture(captureJSON{written.Manifest, f.to, written.Bytes, written.SHA256})
}

func (a *app) printCapture(j captureJSON) error {
	if a.json {
		return a.printJSON(j)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, f := range j.Files {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", printable(f.Name), humanize.IBytes(uint64(f.Size)), printable(f.Note))
	}
	w.Flush()
	for _, m := range j.Missing {
		fmt.Fprintf(a.out, "  not in it: %s: %s\n", printable(m.Name), shortened(m.Why))
	}
	fmt.Fprintf(a.out, "%s: %s, %s\n", j.File, quantity(len(j.Files), "file"), humanize.IBytes(uint64(j.Bytes)))
	_, err := fmt.Fprintf(a.out, "sha256 %s\n", j.SHA256)
	return err
}

// incident is what is captured, and what of it there is to see.
type incident struct {
	app    *app
	ctx    context.Context
	dir    string
	status monitor.Status
	family familyJSON
	state  *soak.State // nil: its ledger can't be read
	of     ledger.Soak
	keep   ledger.RunKey
	runs   []ledger.RunKey
	o      capture.Options
}

// newIncident looks at a state folder, as far as it can be seen.
func (a *app) newIncident(ctx context.Context, dir string, at time.Time) *incident {
	seen := monitor.Look(dir, monitor.Options{})
	i := &incident{app: a, ctx: ctx, dir: dir,
		status: monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(seen.Config.Monitor))}}
	i.o = capture.Options{At: at, Shadowrun: version()}
	if v, err := processIn(dir); err == nil {
		i.family = v.(familyJSON)
	}
	state, err := soak.View(dir)
	if err == nil {
		if i.of, err = state.Soak(0); err == nil {
			i.state, i.o.Soak = state, int64(i.of.ID)
		} else {
			state.Close()
		}
	}
	if err != nil {
		i.miss("ledger.db", err)
	}
	i.o.Mask = i.mask()
	return i
}

func (i *incident) close() {
	if i.state != nil {
		i.state.Close()
	}
}

func (i *incident) miss(name string, why error) {
	i.o.Missing = append(i.o.Missing, capture.Missing{Name: name, Why: why.Error()})
}

// maxFound is of how many findings the goldens are captured.
const maxFound = 100

// choose finds the runs whose goldens are captured: of a run, of a finding, or of all findings.
func (i *incident) choose(what string) error {
	if i.state == nil {
		if what == "" && !errors.Is(i.seen(), soak.ErrNoSoak) {
			return nil
		}
		return i.seen()
	}
	if at, err := harness.ParsePosition(what); err == nil {
		i.keep = ledger.RunKey{Soak: i.of.ID, Cycle: at.Cycle, Position: at.Run}
		i.runs = []ledger.RunKey{i.keep}
		_, err := soak.FindRun(i.state, i.keep)
		return err
	}
	if what != "" {
		f, err := findFinding(i.state, i.of, what)
		i.runs = runsOf(f)
		return err
	}
	findings := gravestFirst(i.status.Findings)
	for n, f := range findings {
		if n == maxFound {
			i.miss("goldens of further findings", fmt.Errorf("there are %d; name one to capture it", len(findings)))
			break
		}
		i.runs = append(i.runs, runsOf(f)...)
	}
	return nil
}

// seen says why there is nothing to choose from.
func (i *incident) seen() error {
	if i.status.Unread != nil {
		return i.status.Unread
	}
	return fmt.Errorf("%s: %w", i.dir, soak.ErrNoSoak)
}

func runsOf(f ledger.Finding) []ledger.RunKey {
	return []ledger.RunKey{f.Shortest, f.First.Run, f.Last.Run}
}

// allParts are the archive's files, in order.
func (i *incident) allParts() []capture.Part {
	parts := i.ownParts()
	if i.state != nil {
		parts = append(parts, i.soakParts()...)
		parts = append(parts, capture.Ledger(i.state.Ledger, i.of.ID, i.keep, i.o.Mask))
		more, missing := capture.Runs(i.state, i.runs)
		parts, i.o.Missing = append(parts, more...), append(i.o.Missing, missing...)
	} else {
		parts = append(parts, capture.RawLedger(soak.LedgerPath(i.dir))...)
	}
	logs, missing := capture.Logs(logFolder(i.dir))
	parts, i.o.Missing = append(parts, logs...), append(i.o.Missing, missing...)
	return append(parts, capture.Host(ownerOf(i.dir))...)
}

// part is a file whose content is written by a function that leaves nothing out.
func part(name string, write func(w io.Writer) error) capture.Part {
	return capture.Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) { return "", write(w) }}
}

// base is the name of a program without its folder.
func base(program string) string { return strings.TrimSuffix(filepath.Base(program), ".exe") }
