package project

import "slices"

// Stage is one of the pipeline's eleven.
type Stage string

// Stages are the pipeline's, in the order they run in.
var Stages = []Stage{
	"intake", "specify", "plan", "decompose", "implement", "verify",
	"integrate", "harden", "release", "operate", "analyze",
}

// Index is the stage's place in the order, or -1 for a stage there is not.
func (s Stage) Index() int { return slices.Index(Stages, s) }

// Next is the stage after s, or "" after the last one.
func (s Stage) Next() Stage {
	if i := s.Index(); i >= 0 && i+1 < len(Stages) {
		return Stages[i+1]
	}
	return ""
}

// Status is a project's.
type Status string

// A project is None before its first entry, Pending while nobody works on it and nothing stands in
// the way, and Waiting for a person.
const (
	None      Status = ""
	Pending   Status = "pending"
	Running   Status = "running"
	Waiting   Status = "waiting"
	Failed    Status = "failed"
	Completed Status = "completed"
	Stopped   Status = "stopped"
)

// Statuses are all that a project can have, once it exists.
var Statuses = []Status{Pending, Running, Waiting, Failed, Completed, Stopped}

// StageStatus is a stage's.
type StageStatus string

// A stage waits where its human gate is open; it fails before it is retried or given up.
const (
	StagePending    StageStatus = "pending"
	StageInProgress StageStatus = "in_progress"
	StageWaiting    StageStatus = "waiting"
	StageCompleted  StageStatus = "completed"
	StageFailed     StageStatus = "failed"
)

// StageStatuses are all that a stage can have.
var StageStatuses = []StageStatus{StagePending, StageInProgress, StageWaiting, StageCompleted, StageFailed}
