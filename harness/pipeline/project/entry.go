package project

import (
	"encoding/json"
	"time"
)

// Raw is JSON kept as it was written.
type Raw = json.RawMessage

// Event names what happened. Each has one row in [Table].
type Event string

// The events.
const (
	Created           Event = "created"
	StageStarted      Event = "stage_started"
	StageDone         Event = "stage_completed"
	StageGaveError    Event = "stage_failed"
	StageRetried      Event = "stage_retried"
	DebuggerInvoked   Event = "debugger_invoked"
	RetriesExhausted  Event = "retries_exhausted"
	Interrupted       Event = "interrupted"
	GateOpened        Event = "human_gate_opened"
	GateApproved      Event = "human_gate_approved"
	GateRejected      Event = "human_gate_rejected"
	BreakerOpened     Event = "circuit_breaker_opened"
	BreakerHalfOpened Event = "circuit_breaker_half_opened"
	BreakerClosed     Event = "circuit_breaker_closed"
	BreakerCounted    Event = "circuit_breaker_counted"
	BreakerTripped    Event = "circuit_breaker_tripped"
	BreakerReset      Event = "circuit_breaker_reset"
	PipelineCompleted Event = "pipeline_completed"
	Restarted         Event = "restarted"
	Resumed           Event = "resumed"
	StoppedByOperator Event = "stopped"
	Started           Event = "started"
	Unstuck           Event = "unstuck"
	LetterReplayed    Event = "dead_letter_replayed"
	LettersPurged     Event = "dead_letters_purged"
	QualityGateMoved  Event = "quality_gate_adjusted"
	Accepted          Event = "accepted"
	Restored          Event = "restored"
	Reconstructed     Event = "reconstructed"
	RolledBack        Event = "rolled_back"
	Escalated         Event = "escalated"
	IncidentRecorded  Event = "incident_recorded"
	AgentInvoked      Event = "agent_invoked"
	Notified          Event = "notified"
)

// Entry is one line of transitions.jsonl. Who makes one gives event, stage, service, actor, reason
// and detail; [Prepare] fills in the rest but the chain, and [Entry.Seal] that.
type Entry struct {
	Seq       int64       `json:"seq"` // from 1, without a gap
	At        time.Time   `json:"at"`
	Event     Event       `json:"event"`
	Stage     Stage       `json:"stage,omitempty"`
	Service   string      `json:"service,omitempty"`
	From      Status      `json:"from"` // the project's before it
	To        Status      `json:"to"`   // and after it
	FromStage StageStatus `json:"from_stage,omitempty"`
	ToStage   StageStatus `json:"to_stage,omitempty"`
	Actor     string      `json:"actor"`
	Reason    string      `json:"reason,omitempty"`
	Detail    Raw         `json:"detail,omitempty"`
	Prev      string      `json:"prev"` // the sum of the entry before it; of the first, the empty one's
	Sum       string      `json:"sum"`
}
