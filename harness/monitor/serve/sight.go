package serve

import (
	"fmt"
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

	mu     sync.Mutex
	at     time.Time
	last   snapshot
	shares shares
}

// snapshot is a status, with what was counted by workflow.
type snapshot struct {
	monitor.Status
	workflows []Workflow // by name
}

func (s *sight) get() snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.at); !s.at.IsZero() && age >= 0 && age < lookEvery {
		return s.last
	}
	status := s.look()
	workflows, err := s.shares.follow(status.Observation)
	if err != nil {
		status.Blind = append(status.Blind, fmt.Sprintf("runs by workflow: %v", err))
	}
	s.at, s.last = s.now(), snapshot{status, workflows}
	return s.last
}
