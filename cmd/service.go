package cmd

import (
	"github.com/coreos/go-systemd/v22/daemon"
)

// service tells the service manager that started this process how it is. Where none did, it does nothing.
type service struct{ ready bool }

func newService() *service { return &service{} }

// alive says that the process got somewhere, and how it is, in a line. The first time it says that it is up.
func (s *service) alive(line string) {
	state := daemon.SdNotifyWatchdog + "\nSTATUS=" + line
	if !s.ready {
		state = daemon.SdNotifyReady + "\n" + state
		s.ready = true
	}
	daemon.SdNotify(false, state)
}

// stopping says that the process is about to end.
func (s *service) stopping() { daemon.SdNotify(false, daemon.SdNotifyStopping) }
