package project

import (
	"maps"
	"slices"
	"time"
)

// Version is that of the documents' form.
const Version = 1

// State is a project's: state.json. It is the fold of the project's entries.
type State struct {
	Version         int                   `json:"version"`
	Project         string                `json:"project"`
	Sequence        int64                 `json:"sequence"` // of the last entry in it
	Seed            uint64                `json:"seed"`
	Status          Status                `json:"status"`
	StoppedFrom     Status                `json:"stopped_from,omitempty"` // what it goes back to when it is started again
	CurrentStage    Stage                 `json:"current_stage"`
	CreatedAt       time.Time             `json:"created_at"`
	UpdatedAt       time.Time             `json:"updated_at"`
	Stages          map[Stage]StageState  `json:"stages"`
	Checkpoints     []Checkpoint          `json:"checkpoints"`
	RecoveryInfo    Recovery              `json:"recovery_info"`
	CircuitBreakers map[string]Breaker    `json:"circuit_breakers"` // by service
	QualityGates    map[string]Adjustment `json:"quality_gates"`    // by "stage.measure"; only those adjusted for this project
	DeadLetters     int                   `json:"dead_letters"`
	Checksum        string                `json:"checksum"`
}

// StageState is one stage's part of the state.
type StageState struct {
	Status      StageStatus       `json:"status"`
	StartedAt   *time.Time        `json:"started_at,omitempty"` // of the last attempt; while waiting, of the wait
	CompletedAt *time.Time        `json:"completed_at,omitempty"`
	ApprovedAt  *time.Time        `json:"approved_at,omitempty"` // when its human gate was passed
	Attempts    int               `json:"attempts"`
	Retries     int               `json:"retries"`
	Error       string            `json:"error,omitempty"`
	Artifacts   map[string]string `json:"artifacts,omitempty"` // name to "sha256:…"
}

// Checkpoint is a completed stage that a project can be resumed after.
type Checkpoint struct {
	ID        string            `json:"id"` // checkpoint-N, N being the sequence
	Stage     Stage             `json:"stage"`
	Sequence  int64             `json:"sequence"`
	At        time.Time         `json:"at"`
	Artifacts map[string]string `json:"artifacts,omitempty"`
}

// Recovery says what automatic recovery did so far, and where it could go on.
type Recovery struct {
	LastSuccessfulCheckpoint string `json:"last_successful_checkpoint"` // "" where there is none
	LastError                string `json:"last_error,omitempty"`
	Retries                  int    `json:"retries"`
	DebuggerInvocations      int    `json:"debugger_invocations"`
	Interruptions            int    `json:"interruptions"`
}

// Adjustment is a quality gate that an operator moved for one project, with the record of it.
type Adjustment struct {
	Min    *float64  `json:"min,omitempty"`
	Max    *float64  `json:"max,omitempty"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// DeadLetter is a stage that was given up, with what is needed to try it again.
type DeadLetter struct {
	ID        string            `json:"id"` // letter-N, N being the sequence
	Sequence  int64             `json:"sequence"`
	At        time.Time         `json:"at"`
	Stage     Stage             `json:"stage"`
	Service   string            `json:"service,omitempty"`
	Kind      ErrorKind         `json:"kind"`
	Message   string            `json:"message"`
	Attempts  int               `json:"attempts"`
	Retries   int               `json:"retries"`
	Artifacts map[string]string `json:"artifacts,omitempty"` // the stage's, so far
	Task      Raw               `json:"task,omitempty"`      // what the agent was given
}

// Checkpoint is the checkpoint with this id, if the state has it.
func (s State) Checkpoint(id string) (Checkpoint, bool) {
	i := slices.IndexFunc(s.Checkpoints, func(c Checkpoint) bool { return c.ID == id })
	if i < 0 {
		return Checkpoint{}, false
	}
	return s.Checkpoints[i], true
}

// Artifacts are all that the stages hold, name to digest.
func (s State) Artifacts() map[string]string {
	all := map[string]string{}
	for _, stage := range s.Stages {
		maps.Copy(all, stage.Artifacts)
	}
	return all
}

// clone shares nothing with s that an effect changes in place.
func (s State) clone() State {
	s.Stages = maps.Clone(s.Stages)
	for name, stage := range s.Stages {
		stage.Artifacts = maps.Clone(stage.Artifacts)
		s.Stages[name] = stage
	}
	s.Checkpoints = slices.Clone(s.Checkpoints)
	s.CircuitBreakers = maps.Clone(s.CircuitBreakers)
	s.QualityGates = maps.Clone(s.QualityGates)
	return s
}
