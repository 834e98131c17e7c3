package report

import "fmt"

// waiting says of how many runs an interruption left the soak to make up for them, and until when; empty: of none. They are
// counted among the runs of their cycle, and neither have a verdict nor lack one yet.
func (r *Report) waiting() string {
	n := r.Figures.Total.Abandoned
	if n == 0 {
		return ""
	}
	wait := "wait"
	if n == 1 {
		wait = "waits"
	}
	return fmt.Sprintf("%s of the last cycle %s %s", quantity(n, "run"), wait, r.until())
}

// until says what they wait for.
func (r *Report) until() string {
	switch {
	case r.StopStands != "" && r.State == Running:
		return "until the emergency stop is lifted"
	case r.StopStands != "":
		return "until the emergency stop is lifted and shadowrun --resume goes on"
	case r.State == Running:
		return "for the soak to make up for them"
	default:
		return "until shadowrun --resume goes on"
	}
}
