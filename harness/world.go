package harness

import (
	"os"
	"os/user"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// world is what surrounds the runs of a session, found out once.
type world struct {
	now   func() time.Time
	host  string
	home  string
	user  string
	owner string // of the processes that are started: see [Runner.Owner]
}

// newWorld looks around. What can't be found out stays empty: it is then never evidence.
func newWorld(now func() time.Time, owner string) world {
	w := world{now: now, owner: owner}
	w.host, _ = os.Hostname()
	w.home, _ = os.UserHomeDir()
	if u, err := user.Current(); err == nil {
		w.user = u.Username
	}
	return w
}

// circumstances of a run in this process, from start until now.
func (w world) circumstances(id string, start time.Time) replay.Circumstances {
	return replay.Circumstances{
		RunID: id,
		Start: start,
		End:   w.now(),
		PIDs:  []int{os.Getpid()},
		Host:  w.host,
		Home:  w.home,
		User:  w.user,
	}
}
