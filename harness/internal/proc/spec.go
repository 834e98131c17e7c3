package proc

import (
	"io"
	"time"
)

// Spec says what to run, and under which limits. In every limit 0 means none.
type Spec struct {
	// Argv is the program and its arguments. A name without a slash is looked up in the PATH
	// of Env; another is taken relative to Dir.
	Argv []string
	Dir  string   // the folder it starts in; "" is this process's own
	Env  []string // its whole environment, KEY=value, sorted by the caller

	// Owner names on whose behalf it runs, such as the state folder of a soak: what is left behind when
	// this process is killed is found by it, see Sweep.
	Owner string

	// Stdin is its standard input: nil is /dev/null, an *os.File is handed over as it is, anything else is
	// copied. That it is not read to its end is no error. Run returns only when a Read in progress has.
	Stdin io.Reader

	// Stdout and Stderr take what it writes, each in order and from one goroutine, the two at the
	// same time. A chunk, of at most 64 KiB, is theirs only until they return. An error ends the run
	// and is found in Result.Err. Nil is /dev/null, and nothing is counted.
	Stdout func(chunk []byte) error
	Stderr func(chunk []byte) error

	Timeout      time.Duration // the most that it may take
	Grace        time.Duration // from SIGTERM to SIGKILL on time-out and cancellation; 0 kills at once
	MaxOutput    int64         // bytes of standard output; more ends the run, having passed on exactly so many
	MaxStderr    int64         // bytes of standard error; more is read, counted and dropped
	MaxProcesses int           // descendants alive at once, the program itself not counted; looked at every 10 ms or so

	Started func(pid int)    // called once, before the first chunk
	Now     func() time.Time // the clock of Result.Start and End; nil is time.Now
}
