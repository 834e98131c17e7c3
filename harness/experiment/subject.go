package experiment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/explain"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// subject is the workflow that experiments are made on. Where its calls are recorded, every run is
// answered by the first one's record, as replays are in a soak; where they are live, so they are here, and to
// be answered from a record is an experiment.
type subject struct {
	runner   *harness.Runner
	run      harness.PlannedRun
	mode     external.Mode
	records  map[recordKey]*harness.CallRecord
	variants []harness.Variant // that a soak replays it under

	checkpoints int // that a run takes, as far as is known

	scratch string // for the snapshot
	source  string // of the working folder; "" until one is needed, or where there can be none
	taken   bool
}

// recordKey says what runs a record is for.
type recordKey struct {
	seed  uint64
	inLab bool
}

// outside is the factor that the lab leaves to the harness.
const outside = "external"

func newSubject(o Options, scratch string) (*subject, error) {
	for _, w := range o.Runner.Config.Workflows {
		if w.Name == o.Run.Workflow {
			return &subject{runner: o.Runner, run: o.Run, scratch: scratch, mode: w.External, variants: w.Variants,
				records: map[recordKey]*harness.CallRecord{}}, nil
		}
	}
	return nil, fmt.Errorf("there is no workflow %q", o.Run.Workflow)
}

// external says whether outside answers can be pinned and varied.
func (s *subject) external() explain.Factor {
	if s.mode == external.Block {
		return explain.Factor{Name: outside, Why: "the workflow's calls are blocked"}
	}
	return explain.Factor{Name: outside, Available: true}
}

// Run implements [explain.Lab]. Folders and run id are those of the run that is explained, whatever
// the seed.
func (s *subject) Run(ctx context.Context, seed uint64, t explain.Treatment) (explain.Observation, error) {
	run := s.run
	run.Seed = seed
	treated := harness.Treated{Mode: s.mode}
	inLab, besides := t != nil, 0
	for factor, level := range t {
		switch harness.Variant(factor) {
		case harness.VariantResumed:
			inLab = false
			if treated.Kill = s.killAfter(level); treated.Kill == 0 {
				return explain.Observation{Err: errors.New("it takes no checkpoint")}, nil
			}
		case harness.VariantLoaded:
			inLab, treated.Loaded = false, true
		}
	}
	if inLab {
		treated.Lab = lab.Treatment(maps.Clone(t))
		delete(treated.Lab, outside)
	}
	if _, treatsWorkdir := t["workdir"]; treatsWorkdir {
		treated.Source = s.snapshot()
	}
	live := t[outside] == string(external.Live) // with the mode record: made, so that the trace tells what was answered
	if s.mode == external.Record && !live || t[outside] == string(external.Record) {
		key := recordKey{seed, inLab}
		if s.records[key] == nil {
			made, err := s.record(ctx, run, inLab)
			if err != nil || made.Err != nil || len(t) == 0 {
				return made, err
			}
			besides = 1
		}
		treated.Mode, treated.Record = external.Record, s.records[key]
	}
	e := s.runner.ExecuteTreated(ctx, run, treated)
	defer e.Close()
	if ctx.Err() != nil {
		return explain.Observation{}, context.Cause(ctx)
	}
	if treated.Kill > 0 && e.Trace != nil && e.Restorations == 0 {
		return explain.Observation{Err: errors.New("it ended before its checkpoint"), Besides: besides}, nil
	}
	o, err := s.observe(e, seed)
	o.Besides = besides
	return o, err
}

// snapshot returns a copy of the working folder as it was when one was first needed: treated runs
// then find no more in it than the first of them did. Where it can't be copied, their treatment says why.
func (s *subject) snapshot() string {
	if !s.taken {
		s.taken = true
		to := filepath.Join(s.scratch, "source")
		if from := s.runner.Workdir(s.run.Workflow); from != "" && lab.CopyFolder(from, to) == nil {
			s.source = to
		}
	}
	return s.source
}

// record makes the first run with this seed, by whose calls the others are answered, and hands over what it
// showed: as a soak's replays, they are compared with it. One that is to be followed in the lab is made
// there: more clients' calls are recorded there, and so answered.
func (s *subject) record(ctx context.Context, run harness.PlannedRun, inLab bool) (explain.Observation, error) {
	recording := harness.Treated{Mode: external.Record}
	if inLab {
		recording.Lab = lab.Treatment{}
	}
	e := s.runner.ExecuteTreated(ctx, run, recording)
	defer e.Close()
	if ctx.Err() != nil {
		return explain.Observation{}, context.Cause(ctx)
	}
	if e.Trace != nil {
		record, err := harness.RecordOf(e.Trace)
		if err != nil {
			return explain.Observation{Err: fmt.Errorf("its outside calls: %w", err)}, nil
		}
		s.records[recordKey{run.Seed, inLab}] = record
	}
	return s.observe(e, run.Seed)
}

// observe hands over what a run showed.
func (s *subject) observe(e harness.Execution, seed uint64) (explain.Observation, error) {
	if e.Trace == nil {
		return explain.Observation{Err: fmt.Errorf("%s: %s", e.Status, e.Message)}, nil
	}
	s.checkpoints = max(s.checkpoints, e.Checkpoints)
	trace := e.Trace
	if s.mode == external.Live {
		var err error
		if trace, err = withoutExchanges(trace); err != nil {
			return explain.Observation{}, err
		}
		defer trace.Close()
	}
	lines, err := trace.Bytes()
	if err != nil {
		return explain.Observation{}, fmt.Errorf("its trace can't be read: %w", err)
	}
	o := explain.Observation{Trace: lines, Digest: trace.Digest(), Circumstances: &e.Circumstances, Reads: map[string]int64{}, Stderr: e.Stderr}
	if e.Lab != nil {
		maps.Copy(o.Reads, e.Lab.Reads)
	}
	if record := s.records[recordKey{seed, e.Lab != nil}]; s.mode == external.Record && record != nil {
		o.Reads[outside] = int64(record.Len())
	}
	return o, nil
}

// withoutExchanges leaves out the calls of a run that was answered from a record: live ones are
// not in the trace, and an experiment compares like with like.
func withoutExchanges(t *golden.Trace) (*golden.Trace, error) {
	var b *golden.Builder
	number := 0
	for line, err := range t.Lines() {
		if err != nil {
			return nil, err
		}
		number++
		switch number {
		case 1:
			header, err := golden.ParseHeader(line)
			if err != nil {
				return nil, err
			}
			b = golden.NewBuilder(header, golden.BuildOptions{})
		case t.Events() + 2:
			end, err := golden.ParseEnd(line)
			if err != nil {
				return nil, err
			}
			return b.End(end)
		default:
			event, err := golden.ParseEvent(line)
			if err != nil {
				return nil, err
			}
			if harness.IsExchange(event) {
				continue
			}
			if err := b.Add(event.Kind, event.Name, event.Value); err != nil {
				return nil, err
			}
		}
	}
	return nil, errors.New("a trace without an end")
}
