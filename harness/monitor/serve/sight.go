package serve

import (
	"sync"
	"time"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// lookEvery is how long what was seen stands: however many ask, the soak is looked at once in it.
const lookEvery = time.Second

// sight is what is known of a soak. Safe for concurrent use.
type sight struct {
	look func() monitor.Status
	now  func() time.Time

	mu   sync.Mutex
	at   time.Time
	last monitor.Status

	counting sync.Mutex // apart, as the first count of a long soak takes a while, and a status is to be had meanwhile
	shares   shares
}

// get returns how the soak is.
func (s *sight) get() monitor.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.at); s.at.IsZero() || age < 0 || age >= lookEvery {
		s.last = s.look()
		s.at = s.now()
	}
	return s.last
}

// snapshot is a status, with what was counted by workflow.
type snapshot struct {
	monitor.Status
	workflows []Workflow // by name
}

// count returns how the soak is, with what its workflows did.
func (s *sight) count() (snapshot, error) {
	seen := s.get()
	s.counting.Lock()
	defer s.counting.Unlock()
	workflows, err := s.shares.follow(seen.Observation)
	return snapshot{seen, workflows}, err
}
