package lab

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Report is what a tracer leaves behind.
type Report struct {
	Error     string           // the lab's own failure: the run says nothing
	Watchdog  bool             // it was ended by the watchdog: the run is unknown
	PIDs      []int            // of all processes, in order of birth, as the outermost namespace has them
	OwnPIDs   []int            // the same as they see themselves
	Reads     map[string]int64 // factor → how often a call that was traced for it was seen
	Uncovered []string         // what escaped the treatment, sorted: "32-bit calls", …
	Dirs      []string         // private folders that the treatment made
	Made      []string         // files and folders that the command made where there was none, or tried to, in order
	Paused    time.Duration    // by what clocks are ahead at the end, in all
}

// ReadReport reads what a tracer left at path. An error that is fs.ErrNotExist means that it was killed, or has not ended.
func ReadReport(path string) (Report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Report{}, fmt.Errorf("report of the lab: %w", err)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return Report{}, fmt.Errorf("report of the lab: %s: %w", path, err)
	}
	return r, nil
}

// write leaves the report at path, whole when the name appears. It is not synced: a run that a power cut ended is run again.
func (r *Report) write(path string) error {
	if path == "" {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("lab: report: %w", err)
	}
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part")
	if err := os.WriteFile(temporary, text, 0o644); err != nil {
		return fmt.Errorf("lab: report: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("lab: report: %w", err)
	}
	return nil
}

// escaped notes what the treatment did not reach.
func (r *Report) escaped(what string) {
	if at, found := slices.BinarySearch(r.Uncovered, what); !found {
		r.Uncovered = slices.Insert(r.Uncovered, at, what)
	}
}

// failed notes a failure of the lab's own; the first one is kept.
func (r *Report) failed(err error) {
	if err != nil && r.Error == "" {
		r.Error = err.Error()
	}
}
