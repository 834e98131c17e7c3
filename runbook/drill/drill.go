package drill

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/runbook"
)

// Drill is a number of scenarios and their journal. It is safe for concurrent use.
type Drill struct {
	path     string
	recorder *runbook.Recorder
}

// Begin begins a drill, with a journal in a file that is not there yet. Of the header it fills in what can be found out: the
// id, the time, the machine, the digests.
func Begin(path string, header runbook.Header, books []*runbook.Book, scenarios []Scenario) (*Drill, error) {
	header.ID, header.Started, header.OS = rand.Text(), time.Now().UTC(), runtime.GOOS+"/"+runtime.GOARCH
	versions := map[string]string{"go": runtime.Version()}
	var kernel unix.Utsname
	if unix.Uname(&kernel) == nil {
		versions["kernel"] = unix.ByteSliceToString(kernel.Sysname[:]) + " " + unix.ByteSliceToString(kernel.Release[:])
	}
	maps.Copy(versions, header.Versions)
	header.Versions, header.Books, header.Scenarios = versions, map[string]string{}, map[string]string{}
	for _, b := range books {
		header.Books[b.Name] = b.Digest
	}
	for _, s := range scenarios {
		header.Scenarios[s.Name()] = runbook.FileDigest(s.Text)
	}
	recorder, err := runbook.CreateJournal(path, header)
	if err != nil {
		return nil, err
	}
	return &Drill{path, recorder}, nil
}

// CarryOut carries a scenario out and writes down what came of it. An error is about the drill, not about the scenario.
func (d *Drill) CarryOut(ctx context.Context, s Scenario, o Options) (Result, error) {
	var unwritten error
	record := o.Record
	o.Record = func(c runbook.CarriedOut) {
		unwritten = errors.Join(unwritten, d.recorder.Append(c))
		if record != nil {
			record(c)
		}
	}
	result, err := Run(ctx, s, o)
	if err = errors.Join(err, unwritten); err != nil {
		return result, err
	}
	return result, d.recorder.Append(runbook.ScenarioEnd{Scenario: s.Name(), Ended: time.Now().UTC(), Verdict: result.Verdict, Why: result.Why})
}

// NotCarriedOut writes down that a step was left out, and why.
func (d *Drill) NotCarriedOut(c runbook.CarriedOut) error {
	c.Verdict, c.Started = runbook.NotReached, time.Now().UTC()
	return d.recorder.Append(c)
}

// LeaveOut writes down that a scenario was not carried out, and why.
func (d *Drill) LeaveOut(s Scenario, why string) error {
	return d.recorder.Append(runbook.ScenarioEnd{Scenario: s.Name(), Ended: time.Now().UTC(), Verdict: runbook.Skipped, Why: why})
}

// End judges the drill by its journal, and ends that. Required names the steps that must have been carried out, asserted and passed.
func (d *Drill) End(required []string) (*runbook.Journal, error) {
	journal, err := runbook.ReadJournal(d.path)
	if err != nil {
		return nil, errors.Join(err, d.recorder.Close())
	}
	end := runbook.End{Ended: time.Now().UTC()}
	journal.End = &end
	end.Verdict, end.Why = runbook.Judge(journal, required)
	return journal, errors.Join(d.recorder.Append(end), d.recorder.Close())
}
