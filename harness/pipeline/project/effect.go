package project

import (
	"fmt"
	"maps"
	"slices"
)

// Effect is a part of what an event does. The set is closed: [Effects] are all.
type Effect string

// The effects. The first four change nothing: they refuse.
const (
	InOrder           Effect = "stages before it are completed"
	NotApproved       Effect = "its gate has not been passed"
	AllCompleted      Effect = "all stages are completed"
	Begin             Effect = "begin"
	Attempt           Effect = "count an attempt"
	CountRetry        Effect = "count a retry"
	CountDebugger     Effect = "count a debugger's run"
	CountInterruption Effect = "count an interruption"
	KeepArtifacts     Effect = "keep artifacts"
	Finish            Effect = "finish the stage"
	AddCheckpoint     Effect = "add a checkpoint"
	Advance           Effect = "next stage"
	RecordError       Effect = "record the error"
	RecordReason      Effect = "record the reason as error"
	Bury              Effect = "add a dead letter"
	Wait              Effect = "the wait begins"
	Approve           Effect = "gate passed"
	OpenBreaker       Effect = "open breaker"
	HalfOpenBreaker   Effect = "half-open breaker"
	CloseBreaker      Effect = "close breaker"
	CountBreaker      Effect = "count in breaker"
	TripBreaker       Effect = "trip breaker"
	ResetBreaker      Effect = "reset breaker"
	ResetFrom         Effect = "reset the stage and those after it"
	ResumeAfter       Effect = "reset the stages after the checkpoint"
	RememberStatus    Effect = "remember the status"
	RecallStatus      Effect = "go back to the remembered status"
	TakeLetter        Effect = "remove the dead letter"
	DropLetters       Effect = "remove dead letters"
	MoveGate          Effect = "move the quality gate"
	TakeOver          Effect = "take the detail's state over"
)

// draft is a state on its way from before to after an entry.
type draft struct {
	before  State
	s       *State
	letters []DeadLetter
	e       Entry
}

// effects are what the names stand for.
var effects = map[Effect]func(*draft) error{
	InOrder: inOrder, NotApproved: notApproved, AllCompleted: allCompleted,
	Begin: begin, Attempt: attempt, CountRetry: countRetry, CountDebugger: countDebugger, CountInterruption: countInterruption,
	KeepArtifacts: keepArtifacts, Finish: finish, AddCheckpoint: addCheckpoint, Advance: advance,
	RecordError: recordError, RecordReason: recordReason, Bury: bury, Wait: wait, Approve: approve,
	OpenBreaker: openBreaker, HalfOpenBreaker: halfOpenBreaker, CloseBreaker: closeBreaker,
	CountBreaker: countBreaker, TripBreaker: tripBreaker, ResetBreaker: resetBreaker,
	ResetFrom: resetFrom, ResumeAfter: resumeAfter, RememberStatus: rememberStatus, RecallStatus: recallStatus,
	TakeLetter: takeLetter, DropLetters: dropLetters, MoveGate: moveGate, TakeOver: takeOver,
}

// change changes the entry's stage.
func (d *draft) change(f func(*StageState)) {
	stage := d.s.Stages[d.e.Stage]
	f(&stage)
	d.s.Stages[d.e.Stage] = stage
}

func inOrder(d *draft) error {
	for _, stage := range Stages[:d.e.Stage.Index()] {
		if status := d.s.Stages[stage].Status; status != StageCompleted {
			return fmt.Errorf("stage %s comes before it and is %s: want completed", stage, status)
		}
	}
	return nil
}

func notApproved(d *draft) error {
	if d.s.Stages[d.e.Stage].ApprovedAt != nil {
		return fmt.Errorf("the human gate of stage %s has been passed", d.e.Stage)
	}
	return nil
}

func allCompleted(d *draft) error {
	for _, stage := range Stages {
		if status := d.s.Stages[stage].Status; status != StageCompleted {
			return fmt.Errorf("stage %s is %s: want completed", stage, status)
		}
	}
	return nil
}

func begin(d *draft) error {
	c, err := detail[Creation](d.e)
	if err != nil {
		return err
	}
	if err := CheckID(c.Project); err != nil {
		return err
	}
	*d.s = State{
		Version: Version, Project: c.Project, Seed: c.Seed, Status: d.s.Status,
		CurrentStage: Stages[0], CreatedAt: d.e.At,
		Stages: map[Stage]StageState{}, Checkpoints: []Checkpoint{},
		CircuitBreakers: map[string]Breaker{}, QualityGates: map[string]Adjustment{},
	}
	for _, stage := range Stages {
		d.s.Stages[stage] = StageState{Status: StagePending}
	}
	return nil
}

func attempt(d *draft) error {
	at := d.e.At
	d.change(func(s *StageState) { s.Attempts++; s.StartedAt = &at })
	return nil
}

func wait(d *draft) error {
	at := d.e.At
	d.change(func(s *StageState) { s.StartedAt = &at })
	return nil
}

func approve(d *draft) error {
	at := d.e.At
	d.change(func(s *StageState) { s.ApprovedAt, s.StartedAt = &at, nil })
	return nil
}

func countRetry(d *draft) error {
	d.change(func(s *StageState) { s.Retries++ })
	d.s.RecoveryInfo.Retries++
	return nil
}

func countDebugger(d *draft) error {
	d.s.RecoveryInfo.DebuggerInvocations++
	return nil
}

func countInterruption(d *draft) error {
	d.change(func(s *StageState) { s.StartedAt = nil })
	d.s.RecoveryInfo.Interruptions++
	return nil
}

// keepArtifacts refuses a name that another stage holds with other content: one file can't be both.
func keepArtifacts(d *draft) error {
	c, err := detail[Completion](d.e)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Artifacts)) {
		if err := CheckArtifact(name, c.Artifacts[name]); err != nil {
			return err
		}
		for _, other := range Stages {
			if held := d.s.Stages[other].Artifacts[name]; other != d.e.Stage && held != "" && held != c.Artifacts[name] {
				return fmt.Errorf("artifact %s is stage %s's already, with other content: give it another name", name, other)
			}
		}
	}
	d.change(func(s *StageState) {
		if s.Artifacts == nil && len(c.Artifacts) > 0 {
			s.Artifacts = map[string]string{}
		}
		maps.Copy(s.Artifacts, c.Artifacts)
	})
	return nil
}

func finish(d *draft) error {
	at := d.e.At
	d.change(func(s *StageState) { s.CompletedAt, s.Error = &at, "" })
	return nil
}

func addCheckpoint(d *draft) error {
	c := Checkpoint{
		ID: fmt.Sprintf("checkpoint-%d", d.e.Seq), Stage: d.e.Stage, Sequence: d.e.Seq, At: d.e.At,
		Artifacts: maps.Clone(d.s.Stages[d.e.Stage].Artifacts),
	}
	d.s.Checkpoints = append(d.s.Checkpoints, c)
	d.s.RecoveryInfo.LastSuccessfulCheckpoint = c.ID
	return nil
}

func advance(d *draft) error {
	if next := d.e.Stage.Next(); next != "" {
		d.s.CurrentStage = next
	}
	return nil
}

func recordError(d *draft) error {
	f, err := detail[Failure](d.e)
	if err != nil {
		return err
	}
	if !slices.Contains(ErrorKinds, f.Kind) {
		return fmt.Errorf("%s: error kind %q: want one of %q", d.e.Event, f.Kind, ErrorKinds)
	}
	d.change(func(s *StageState) { s.Error = f.Message })
	d.s.RecoveryInfo.LastError = f.Message
	return nil
}

func recordReason(d *draft) error {
	why := fmt.Sprintf("rejected by %s: %s", d.e.Actor, d.e.Reason)
	d.change(func(s *StageState) { s.Error = why })
	d.s.RecoveryInfo.LastError = why
	return nil
}

func rememberStatus(d *draft) error {
	d.s.StoppedFrom = d.before.Status
	return nil
}

func recallStatus(d *draft) error {
	d.s.Status, d.s.StoppedFrom = d.s.StoppedFrom, ""
	return nil
}

func moveGate(d *draft) error {
	m, err := detail[Move](d.e)
	if err != nil {
		return err
	}
	if err := checkGate(m.Gate, m.Min, m.Max); err != nil {
		return err
	}
	d.s.QualityGates[m.Gate] = Adjustment{Min: m.Min, Max: m.Max, Actor: d.e.Actor, Reason: d.e.Reason, At: d.e.At}
	return nil
}
