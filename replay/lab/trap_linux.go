//go:build linux && (amd64 || arm64)

package lab

// trap is a system call that the command is stopped at.
type trap struct {
	factor string                // for which it is counted in Report.Reads; "" not counted
	call   int                   // the number of the system call
	when   []condition           // only where all hold; the kernel looks at them, so other calls cost nothing
	enter  func(c *tracee) error // called before the call is carried out
}

// enter may, by the tracee's methods,
//
//   - look at the call: arg, read, text;
//   - answer it itself: write, then skip(result or minus errno): the kernel does nothing;
//   - change it: setArg, lend; undone for the program when it returns;
//   - see its result: after(func), in which result, setResult, write.
//
// What it returns of ESRCH means that the tracee was killed meanwhile and is passed over; errLater (of lend) means that it is
// called again from its start; anything else is a failure of the lab and ends in Report.Error. A bad pointer
// of the program is none: skip(-EFAULT).

// condition is about an argument of a call.
type condition struct {
	arg    int    // 0 to 5
	mask   uint32 // of its lower half …
	equals uint32 // … what must come out
	given  bool   // instead: the argument, of 64 bits, is not 0
}

// equals is the condition that the lower half of an argument has a value.
func equals(arg int, value uint32) condition { return masked(arg, 1<<32-1, value) }

// masked is the condition that certain bits of the lower half of an argument have a value.
func masked(arg int, mask, value uint32) condition {
	return condition{arg: arg, mask: mask, equals: value}
}

// given is the condition that an argument, a pointer, is not null.
func given(arg int) condition { return condition{arg: arg, given: true} }

// holds tells whether the condition is met, as the filter in the kernel does.
func (k condition) holds(args [6]uint64) bool {
	if k.given {
		return args[k.arg] != 0
	}
	return uint32(args[k.arg])&k.mask == k.equals
}

// met tells whether a trap is meant by a call with these arguments.
func (p *trap) met(args [6]uint64) bool {
	for _, k := range p.when {
		if !k.holds(args) {
			return false
		}
	}
	return true
}
