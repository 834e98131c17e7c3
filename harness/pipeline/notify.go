package pipeline

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// notices are the transitions that people may want to hear of, by the names of notify_on. An error
// that a retry may mend is none.
var notices = map[project.Event]string{
	project.StageDone:         "stage_completed",
	project.GateOpened:        "human_gate_opened",
	project.RetriesExhausted:  "error_occurred",
	project.BreakerOpened:     "error_occurred",
	project.PipelineCompleted: "pipeline_completed",
}

// Telling is the detail of a notified entry.
type Telling struct {
	Event      string     `json:"event"`
	Of         int64      `json:"of"` // the sequence of the entry that was told of
	Deliveries []Delivery `json:"deliveries"`
}

// Delivery is what came of telling one receiver.
type Delivery struct {
	To    string `json:"to"`
	Error string `json:"error,omitempty"`
}

// tell tells of an entry whom the configuration names, and enters what came of it. A receiver that
// is dead stops nothing.
func (s *session) tell(ctx context.Context, e project.Entry) error {
	event, notable := notices[e.Event]
	n := s.config.Monitoring.Notifications
	if !notable || !slices.Contains(n.NotifyOn, event) || ctx.Err() != nil {
		return nil
	}
	notice := Notice{Event: event, Project: s.project.State().Project, Stage: string(e.Stage), Status: string(e.To), Message: e.Reason, At: e.At, Seq: e.Seq}
	if entry := told(ctx, s.Root, n, notice); entry != nil {
		return s.append(ctx, *entry)
	}
	return nil
}

// told delivers a notice to each receiver there is. The entry says what came of it; nil: there is
// nobody to tell.
func told(ctx context.Context, root string, n project.NotificationsConfig, notice Notice) *project.Entry {
	t := Telling{Event: notice.Event, Of: notice.Seq}
	if !n.Enabled {
		return nil
	}
	for _, r := range receivers(root, n) {
		d := Delivery{To: r.name}
		if err := r.tell(ctx, notice); err != nil {
			d.Error = err.Error()
		}
		t.Deliveries = append(t.Deliveries, d)
	}
	if t.Deliveries == nil {
		return nil
	}
	return &project.Entry{Event: project.Notified, Stage: project.Stage(notice.Stage), Detail: project.Detail(t)}
}

// tellLast makes good a delivery that an engine was killed before. It may come twice.
func (s *session) tellLast(ctx context.Context) error {
	for _, e := range slices.Backward(s.project.Entries()) {
		if _, notable := notices[e.Event]; notable {
			return s.tell(ctx, e)
		}
		var t Telling
		json.Unmarshal(e.Detail, &t) // of our own making, or another event's
		if e.Event == project.Notified && t.Event != escalated {
			return nil // engines tell of nothing out of order, so all before it was; an operator's escalation comes in between
		}
	}
	return nil
}
