//go:build unix && !linux

package lab

import "golang.org/x/sys/unix"

// lookCloser looks at what has no portable name.
func (s *sight) lookCloser() {
	s.Umask = unix.Umask(0)
	unix.Umask(s.Umask)
}
