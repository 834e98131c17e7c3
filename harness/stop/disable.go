package stop

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// Disable lets the engine go on, then the soak, and enters that in the audit log. Where the engine can't be let go
// on, the soak's stop still stands: its runs would fail. Where nothing stands there is nothing to do.
func Disable(ctx context.Context, r Request) Done {
	defer lock(ctx, r.Dir)()
	var d Done
	d.Before, _ = Read(r.Dir)
	e := d.engine(r)
	if !d.Before.On && !exists(e.File) {
		if exists(r.Dir) {
			d.enter(r, ActionNone)
		}
		return d
	}
	if e.File != "" {
		d.Steps = append(d.Steps, take(e.File))
	}
	if d.Whole() {
		d.run(ctx, r, e, e.Disable)
	}
	if d.Whole() {
		d.Steps = append(d.Steps, take(Path(r.Dir)))
	} else {
		d.Steps = append(d.Steps, Step{What: Path(r.Dir), Did: "left to stand"})
	}
	d.enter(r, ActionDisable)
	d.Now, _ = Read(r.Dir)
	return d
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return path != "" && !errors.Is(err, fs.ErrNotExist)
}

// take removes a stop file.
func take(path string) Step {
	step := Step{What: path}
	var there bool
	there, step.Err = remove(path)
	switch {
	case !there:
		step.Did = "was not there"
	case step.Err == nil:
		step.Did = "removed"
	}
	return step
}
