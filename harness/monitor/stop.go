package monitor

import (
	"os"
	"path/filepath"
	"time"
)

// Stop is the emergency stop of a state folder.
type Stop struct {
	On    bool
	Since time.Time
	Who   string
	Why   string
}

func readStop(dir string) Stop {
	info, err := os.Lstat(filepath.Join(dir, "stop"))
	if err != nil {
		return Stop{}
	}
	return Stop{On: true, Since: info.ModTime()}
}
