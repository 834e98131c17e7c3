package gate

import (
	"bytes"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
)

// failed says how a run failed: its exit status or signal, and the last line of its standard error, which most often names the
// cause. It is empty where the run ended well.
func failed(end golden.End, stderr []byte) string {
	var how string
	switch {
	case end.Status == golden.StatusExit:
		how = fmt.Sprintf("exit status %d", end.Exit)
	case end.Status == golden.StatusSignal:
		how = "signal " + end.Signal
	default:
		return ""
	}
	said := []byte(end.Error)
	if len(said) == 0 {
		lines := bytes.Split(bytes.TrimSpace(stderr), []byte("\n"))
		said = bytes.TrimSpace(lines[len(lines)-1])
	}
	if len(said) == 0 {
		return how
	}
	return how + ": " + cut(string(said))
}

// newlyFailed is [failed] of the run that differs, where the golden's ended otherwise.
func newlyFailed(want golden.End, checked *harness.ReplayResult) string {
	got := checked.Got.End()
	if got.Status == want.Status && got.Exit == want.Exit && got.Signal == want.Signal {
		return ""
	}
	return failed(got, checked.GotStderr)
}

// fails notes how a run failed, before anything else that is said of it.
func (r *Result) fails(how string) {
	if how == "" {
		return
	}
	r.Failed, r.Why = how, "the run failed; "+r.Why
}
