package stop

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// Request says what to enable or disable, and on whose behalf.
type Request struct {
	Dir    string // the state folder, absolute; Enable makes it where there is none
	Ledger string // for the audit log; made where there is none
	Who    string
	Host   string
	Reason string
	At     time.Time

	// Engine says what else is to be stopped. It is asked once the stop itself stands, so that nothing wrong with a
	// configuration is in its way.
	Engine func() (Engine, error)
	Output io.Writer // of the engine's commands
}

// Done is what came of a request.
type Done struct {
	Before State
	Now    State
	Steps  []Step // in the order in which they were taken
}

// Step is one thing that was to be done.
type Step struct {
	What string // a file, a command, or the audit log
	Did  string // what was done, such as "written"; empty: nothing
	Err  error  // what was not
}

func (s Step) String() string {
	switch {
	case s.Err == nil:
		return s.What + ": " + s.Did
	case s.Did == "":
		return s.What + ": NOT DONE: " + s.Err.Error()
	default:
		return s.What + ": " + s.Did + ", but: " + s.Err.Error()
	}
}

// Whole reports whether all of it was done.
func (d Done) Whole() bool {
	for _, s := range d.Steps {
		if s.Err != nil {
			return false
		}
	}
	return true
}

const auditLog = "audit log"

// Enable stops the soak, then the engine, and enters that in the audit log. A stop that stands already keeps
// who made it and why; the engine is stopped once more. What can't be done is in the steps, and keeps nothing else from being
// done.
func Enable(ctx context.Context, r Request) Done {
	var d Done
	ours := d.raise(r)
	defer lock(ctx, r.Dir)()
	if now, _ := Read(r.Dir); !now.On && ours.Err == nil {
		ours = d.raise(r) // whoever was lifting the one before has just done so
	}
	d.Steps = append(d.Steps, ours)
	e := d.engine(r)
	if e.File != "" {
		step := Step{What: e.File}
		var created bool
		if created, step.Err = put(e.File, r.record()); created {
			step.Did = "written"
		} else if step.Err == nil {
			step.Did = "stands already"
		}
		d.Steps = append(d.Steps, step)
	}
	d.run(ctx, r, e, e.Enable)
	what := ActionEnable
	if d.Before.On {
		what = ActionAgain
	}
	d.enter(r, what)
	d.Now, _ = Read(r.Dir)
	return d
}

// raise makes the file in the state folder.
func (d *Done) raise(r Request) Step {
	step := Step{What: Path(r.Dir)}
	if step.Err = os.MkdirAll(r.Dir, 0o755); step.Err != nil {
		return step
	}
	var created bool
	created, step.Err = put(step.What, r.record())
	switch {
	case created:
		step.Did = "written"
		d.Before = State{}
	case step.Err == nil:
		step.Did = "stands already"
		d.Before, _ = Read(r.Dir)
	}
	return step
}

// maxReason bounds a reason, in bytes: more is cut, not refused.
const maxReason = 1000

// record is the text of a stop file.
func (r Request) record() []byte {
	reason := strings.ToValidUTF8(strings.Join(strings.Fields(r.Reason), " "), "\uFFFD")
	if len(reason) > maxReason {
		cut := maxReason
		for !utf8.RuneStart(reason[cut]) {
			cut--
		}
		reason = reason[:cut] + "…"
	}
	text, err := json.Marshal(record{At: r.At.UTC(), Who: r.Who, Host: r.Host, Reason: reason})
	if err != nil {
		panic(err) // strings and a time always marshal, but for one in the year 10000
	}
	return append(text, '\n')
}
