package project

// File is one of a project's, as a row's writes name it.
type File string

// The files that an event can change, in the order they are written in.
const (
	Log          File = "transitions.jsonl"
	LettersFile  File = "dead_letters.json"
	StateFile    File = "state.json"
	ArtifactsDir File = "artifacts"
)

// Row says of one event when it is allowed, and what it does.
type Row struct {
	Event    Event
	From     []Status      // the project's status has to be one of these
	Stage    []StageStatus // the named stage's has to be one of these; nil: it is about no stage
	To       Status        // the project's status after it; "": the same, or as an effect says
	ToStage  StageStatus   // likewise the stage's
	Effects  []Effect      // in order, after the two have been set
	Writes   []File
	Operator bool // a person's act: it needs an actor and a reason
	Means    string
}

var (
	unfinished = []Status{Pending, Running, Waiting, Failed}
	live       = []Status{Pending, Running, Waiting, Failed, Completed, Stopped}
	anything   = []Status{None, Pending, Running, Waiting, Failed, Completed, Stopped}
	anyStage   = StageStatuses

	plain       = []File{Log, StateFile}
	withLetters = []File{Log, LettersFile, StateFile}
	withFiles   = []File{Log, ArtifactsDir, StateFile}
	all         = []File{Log, LettersFile, ArtifactsDir, StateFile}
)

// Table is every event's row, each event once.
var Table = []Row{
	{Created, []Status{None}, nil, Pending, "", []Effect{Begin}, withLetters, false,
		"a project begins; all its stages are pending"},

	{StageStarted, []Status{Pending, Running}, []StageStatus{StagePending}, Running, StageInProgress, []Effect{InOrder, Attempt}, plain, false,
		"an agent begins with the stage; those before it are completed"},
	{StageDone, []Status{Running}, []StageStatus{StageInProgress}, "", StageCompleted, []Effect{KeepArtifacts, Finish, AddCheckpoint, Advance}, withFiles, false,
		"its artifacts are kept, a checkpoint is made, and the next stage's turn comes"},
	{StageGaveError, []Status{Running}, []StageStatus{StageInProgress}, "", StageFailed, []Effect{RecordError}, plain, false,
		"an attempt failed; it is retried or given up next"},
	{StageRetried, []Status{Running}, []StageStatus{StageFailed}, "", StageInProgress, []Effect{Attempt, CountRetry}, plain, false,
		"the next attempt begins"},
	{DebuggerInvoked, []Status{Running}, []StageStatus{StageFailed}, "", "", []Effect{KeepArtifacts, CountDebugger}, withFiles, false,
		"the debugger looked at a validation failure; its artifacts are the retry's input"},
	{RetriesExhausted, []Status{Running}, []StageStatus{StageFailed}, Failed, "", []Effect{RecordError, Bury}, withLetters, false,
		"the stage is given up; a dead letter holds its context"},
	{Interrupted, []Status{Running, Stopped}, []StageStatus{StageInProgress}, "", StagePending, []Effect{CountInterruption}, plain, false,
		"its engine died at work; the stage starts anew"},

	{GateOpened, []Status{Pending, Running}, []StageStatus{StagePending}, Waiting, StageWaiting, []Effect{InOrder, NotApproved, Wait}, plain, false,
		"a person has to approve before the stage starts"},
	{GateApproved, []Status{Waiting}, []StageStatus{StageWaiting}, Pending, StagePending, []Effect{Approve}, plain, true,
		"the person said yes; the stage may start"},
	{GateRejected, []Status{Waiting}, []StageStatus{StageWaiting}, Failed, StageFailed, []Effect{RecordReason}, plain, true,
		"the person said no; the project has failed"},

	{BreakerOpened, live, nil, "", "", []Effect{OpenBreaker}, plain, false,
		"the service failed too often, or a probe of it did; calls fail fast from now on"},
	{BreakerHalfOpened, live, nil, "", "", []Effect{HalfOpenBreaker}, plain, false,
		"the recovery time-out is over; a few calls probe the service"},
	{BreakerClosed, live, nil, "", "", []Effect{CloseBreaker}, plain, false,
		"the probes succeeded; calls go through"},
	{BreakerCounted, live, nil, "", "", []Effect{CountBreaker}, plain, false,
		"a call's outcome was counted, and the breaker stays as it is"},
	{BreakerTripped, live, nil, "", "", []Effect{TripBreaker}, plain, true,
		"forced open: no call until it is reset"},
	{BreakerReset, live, nil, "", "", []Effect{ResetBreaker}, plain, true,
		"forced closed, its counts at zero"},

	{PipelineCompleted, []Status{Pending, Running}, nil, Completed, "", []Effect{AllCompleted}, plain, false,
		"every stage is completed"},

	{Restarted, unfinished, anyStage, Pending, StagePending, []Effect{InOrder, ResetFrom}, plain, true,
		"from this stage on, all begins anew; those before it stay completed"},
	{Resumed, unfinished, nil, Pending, "", []Effect{ResumeAfter}, plain, true,
		"the stages after a checkpoint begin anew"},
	{StoppedByOperator, []Status{Pending, Running, Waiting}, nil, Stopped, "", []Effect{RememberStatus}, plain, true,
		"nothing is done until it is started"},
	{Started, []Status{Stopped}, nil, "", "", []Effect{RecallStatus}, plain, true,
		"it goes on as what it was when it was stopped"},
	{Unstuck, []Status{Running}, []StageStatus{StageInProgress}, Pending, StagePending, []Effect{CountInterruption}, plain, true,
		"a stage at which nobody works any more starts anew"},

	{LetterReplayed, []Status{Failed}, anyStage, Pending, StagePending, []Effect{InOrder, TakeLetter, ResetFrom}, withLetters, true,
		"the stage of a dead letter begins anew, and the letter is done with"},
	{LettersPurged, live, nil, "", "", []Effect{DropLetters}, withLetters, true,
		"dead letters are given up for good"},
	{QualityGateMoved, []Status{Pending, Running, Waiting, Failed, Stopped}, nil, "", "", []Effect{MoveGate}, plain, true,
		"a quality gate asks something else of this project"},

	{Accepted, anything, nil, "", "", []Effect{TakeOver}, all, true,
		"an edit by hand becomes the state"},
	{Restored, anything, nil, "", "", []Effect{TakeOver}, all, true,
		"a backup becomes the state"},
	{RolledBack, anything, nil, "", "", []Effect{TakeOver}, all, true,
		"a revision from git becomes the state"},
	{Reconstructed, live, nil, "", "", nil, all, true,
		"the files were written anew from the log"},

	{Escalated, live, nil, "", "", nil, plain, true,
		"somebody was called, at a severity"},
	{IncidentRecorded, live, nil, "", "", nil, plain, true,
		"what happened, and how it was resolved"},
	{AgentInvoked, live, nil, "", "", nil, plain, true,
		"an agent was started by hand, beside the pipeline"},
	{Notified, live, nil, "", "", nil, plain, false,
		"a notification was delivered, or why not"},
}

// RowOf is the event's row, if there is such an event.
func RowOf(event Event) (Row, bool) {
	for _, row := range Table {
		if row.Event == event {
			return row, true
		}
	}
	return Row{}, false
}
