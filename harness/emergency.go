package harness

import (
	"cmp"
	"path/filepath"
	"time"
)

// StopConfig says what an emergency stop does besides stopping the soak.
type StopConfig struct {
	File     string   `yaml:"file"`      // an engine's own: it is stopped while there is one; relative to the configuration's folder
	Hook     StopHook `yaml:"hook"`      // commands that stop the engine and let it go on, run in the configuration's folder
	Timeout  Duration `yaml:"timeout"`   // of each; default 30s
	InFlight string   `yaml:"in_flight"` // of the soak: finish (default), or abandon
}

// StopHook has the commands of an emergency stop. They are run each time that it is enabled or disabled: once more
// must do no harm.
type StopHook struct {
	Enable  [][]string `yaml:"enable"`
	Disable [][]string `yaml:"disable"`
}

// What becomes of what is in flight when an emergency stop is seen.
const (
	InFlightFinish  = "finish"
	InFlightAbandon = "abandon"
)

// DefaultStopTimeout bounds each command of an emergency stop.
const DefaultStopTimeout = 30 * time.Second

// StopsEngine reports whether an emergency stop stops more than the soak.
func (c Config) StopsEngine() bool {
	return c.Stop.File != "" || len(c.Stop.Hook.Enable) > 0 || len(c.Stop.Hook.Disable) > 0
}

// StopFile returns the engine's stop file, absolute; "" where there is none.
func (c Config) StopFile() string {
	if c.Stop.File == "" || filepath.IsAbs(c.Stop.File) {
		return c.Stop.File
	}
	return filepath.Join(c.Dir, c.Stop.File)
}

func (s *StopConfig) defaults() {
	setDefault(&s.Timeout, Duration(DefaultStopTimeout))
	setDefault(&s.InFlight, InFlightFinish)
}

func (s StopConfig) check() error {
	switch {
	case s.Timeout < 0:
		return badKey("stop.timeout", "%s is negative", s.Timeout)
	case s.InFlight != InFlightFinish && s.InFlight != InFlightAbandon:
		return badKey("stop.in_flight", "%q is not known; want finish or abandon", s.InFlight)
	}
	return cmp.Or(checkHooks("stop.hook.enable", s.Hook.Enable), checkHooks("stop.hook.disable", s.Hook.Disable))
}
