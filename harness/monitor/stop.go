package monitor

import (
	"time"

	"github.com/shadowrun/shadowrun/harness/stop"
)

// Stop is the emergency stop of a state folder.
type Stop struct {
	On    bool
	Since time.Time
	Who   string
	Why   string
}

// readStop reads whether a stop stands. A soak takes one that can't be seen for one; whoever watches does
// not, since a stop excuses what else would be a condition.
func (o *Observation) readStop() {
	s, err := stop.Read(o.Dir)
	if err != nil {
		o.blind("stop", err)
		return
	}
	o.Stop = Stop{On: s.On, Since: s.Since, Who: s.Who, Why: s.Reason}
	if s.Host != "" {
		o.Stop.Who += " on " + s.Host
	}
}
