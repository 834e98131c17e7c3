package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/family"
)

// familyJSON is a soak's process with its children.
type familyJSON struct {
	Version int              `json:"version"`
	State   string           `json:"state"`
	PID     int              `json:"pid,omitempty"`
	Host    string           `json:"host,omitempty"`
	Since   time.Time        `json:"since,omitzero"`
	Tree    []family.Process `json:"tree"`
	Limits  []family.Limit   `json:"limits"`
	Machine *family.Machine  `json:"machine,omitempty"`
	NotSeen []string         `json:"not_seen"`

	at time.Time
}

// States of a soak's process.
const (
	processNone      = "none" // no soak has run here
	processAlive     = "alive"
	processPaused    = "paused"    // by a signal
	processGone      = "gone"      // killed, with nobody to carry the soak on
	processEnded     = "ended"     // with its soak, or its part of it
	processElsewhere = "elsewhere" // on another machine
)

func processIn(dir string) (debugView, error) {
	v := familyOf(monitor.Look(dir, monitor.Options{}))
	machine, err := family.LookAtMachine()
	if err == nil {
		v.Machine = &machine
	} else {
		v.NotSeen = append(v.NotSeen, err.Error())
	}
	if v.State == processAlive || v.State == processPaused {
		v.lookAt(ownerOf(dir))
	}
	return v, nil
}

// familyOf is what is known of a soak's process without a look at it.
func familyOf(o monitor.Observation) familyJSON {
	p := o.Process
	v := familyJSON{Version: jsonVersion, PID: p.PID, Host: p.Host, Since: p.Since.UTC(), at: o.At,
		Tree: []family.Process{}, Limits: []family.Limit{}, NotSeen: []string{}}
	if o.Unread != nil {
		v.NotSeen = append(v.NotSeen, o.Unread.Error())
	}
	here, _ := os.Hostname()
	switch phase := o.Phase(); {
	case p.Alive && p.Host != here:
		v.State = processElsewhere
	case p.Alive && p.Paused:
		v.State = processPaused
	case p.Alive:
		v.State = processAlive
	case p.PID == 0:
		v.State = processNone
	case p.Why != "":
		v.State = processElsewhere
		v.NotSeen = append(v.NotSeen, p.Why)
	case phase == monitor.PhaseFinished || phase == monitor.PhaseInterrupted:
		v.State = processEnded
	default:
		v.State = processGone
	}
	return v
}

// ownerOf returns whose a state folder is, so whose soak.
func ownerOf(dir string) int {
	var s unix.Stat_t
	if err := unix.Stat(dir, &s); err != nil {
		return os.Getuid()
	}
	return int(s.Uid)
}

// lookAt looks at a process that lives, and at its children.
func (v *familyJSON) lookAt(owner int) {
	all, err := family.Look(owner)
	if err != nil {
		v.NotSeen = append(v.NotSeen, err.Error())
	}
	v.Tree = emptyNotNil(family.Of(all, v.PID))
	limits, err := family.LimitsOf(v.PID)
	if err != nil {
		v.NotSeen = append(v.NotSeen, "limits: "+err.Error())
	}
	v.Limits = emptyNotNil(limits)
}

func (v familyJSON) write(out io.Writer) {
	switch v.State {
	case processNone:
		fmt.Fprintln(out, "no soak has run here")
	case processGone:
		fmt.Fprintf(out, "process %d on %s is gone; it was at work since %s\n", v.PID, printable(v.Host), v.Since.Format(time.RFC3339))
	default:
		fmt.Fprintf(out, "process %d on %s: %s, since %s", v.PID, printable(v.Host), v.State, v.Since.Format(time.RFC3339))
		if v.State == processAlive || v.State == processPaused {
			fmt.Fprintf(out, " (%v)", monitor.Rounded(v.at.Sub(v.Since)))
		}
		fmt.Fprintln(out)
	}
	if len(v.Tree) > 0 {
		head := v.Tree[0]
		fmt.Fprintf(out, "  memory   %s, at its peak %s\n", humanize.IBytes(uint64(head.RSS)), humanize.IBytes(uint64(head.Peak)))
		fmt.Fprintf(out, "  time     %v of CPU, in %s\n", seconds(head.CPU), quantity(head.Threads, "thread"))
		fmt.Fprintf(out, "  files    %s\n", openFiles(head))
		fmt.Fprintf(out, "  limits   %s\n", limitsText(v.Limits))
	}
	if m := v.Machine; m != nil {
		fmt.Fprintf(out, "  machine  %s of memory, %s available; load %.2f, %.2f, %.2f\n",
			humanize.IBytes(uint64(m.Memory)), humanize.IBytes(uint64(m.Available)), m.Load1, m.Load5, m.Load15)
	}
	for _, why := range v.NotSeen {
		fmt.Fprintf(out, "  not seen %s\n", shortened(why))
	}
	if len(v.Tree) > 0 {
		writeTree(out, v.Tree)
	}
}

func openFiles(p family.Process) string {
	if p.Files == nil {
		return "unknown: another user's"
	}
	return fmt.Sprintf("%d open", *p.Files)
}

func limitsText(limits []family.Limit) string {
	var all []string
	for _, l := range limits {
		most := "any"
		if l.Most != nil {
			most = fmt.Sprint(*l.Most)
		}
		all = append(all, l.Name+" "+most)
	}
	if len(all) == 0 {
		return "unknown"
	}
	return strings.Join(all, ", ")
}

// writeTree writes processes as a table, children indented below their parents.
func writeTree(out io.Writer, tree []family.Process) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\npid\tstate\tmemory\tCPU\tthreads\tfiles\tbegun\tcommand")
	for _, p := range tree {
		files := "?"
		if p.Files != nil {
			files = fmt.Sprint(*p.Files)
		}
		command := p.Command
		if command == "" {
			command = "[" + p.Name + "]"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%v\t%d\t%s\t%s\t%s%s\n", p.PID, p.State, humanize.IBytes(uint64(p.RSS)), seconds(p.CPU), p.Threads, files,
			p.Started.Format(time.RFC3339), strings.Repeat("  ", p.Depth), shortened(command))
	}
	w.Flush()
}
