package proc

import (
	"os"
	"strconv"
	"sync"
	"syscall"
)

// keepInherited keeps to this process what whoever started it left open, as shells and service managers do:
// a program has its three standard streams and nothing that another session would not give it. Go's
// own files are closed in children anyway, so that once is enough.
var keepInherited = sync.OnceFunc(func() {
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		return // no such folder here: nothing to go by
	}
	for _, f := range open {
		if fd, err := strconv.Atoi(f.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
})
