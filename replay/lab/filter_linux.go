//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// What a stop of the filter is about, in the lower half of its return value.
const (
	stopTrap    = 1 // a call that a trap is about
	stopForeign = 2 // a call by another architecture's rules, whose numbers mean something else
)

// Offsets in the kernel's struct seccomp_data, little end first.
const (
	offsetCall = 0
	offsetArch = 4
	offsetArgs = 16
)

// x32Bit is set in the numbers of x86-64's calls with 32-bit pointers.
const x32Bit = 0x40000000

// filter returns the program, in classic BPF, that stops a process at the calls of the traps and at nothing else. Calls by
// another architecture's rules are not looked into, only told of.
func filter(traps []trap) ([]unix.SockFilter, error) {
	byCall := map[int][]trap{}
	for _, p := range traps {
		byCall[p.call] = append(byCall[p.call], p)
	}
	const allow, trace = unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_TRACE
	program := []unix.SockFilter{
		load(offsetArch),
		jump(unix.BPF_JEQ, nativeArch, 1, 0),
		give(trace | stopForeign),
		load(offsetCall),
		jump(unix.BPF_JGE, x32Bit, 0, 2),
		jump(unix.BPF_JEQ, 1<<32-1, 1, 0), // no call at all
		give(trace | stopForeign),
	}
	for _, call := range slices.Sorted(maps.Keys(byCall)) {
		var block []unix.SockFilter
		for _, p := range byCall[call] {
			block = append(block, p.program(give(trace|stopTrap))...)
		}
		block = append(block, give(allow))
		if len(block) > 255 {
			return nil, fmt.Errorf("too many traps for call %d", call)
		}
		program = append(program, jump(unix.BPF_JEQ, uint32(call), 0, uint8(len(block))))
		program = append(program, block...)
	}
	return append(program, give(allow)), nil
}

// program ends in hit if the conditions hold, and goes on behind itself if not.
func (p *trap) program(hit unix.SockFilter) (program []unix.SockFilter) {
	program = []unix.SockFilter{hit}
	for i := len(p.when) - 1; i >= 0; i-- {
		k := p.when[i]
		low := uint32(offsetArgs + 8*k.arg)
		miss := uint8(len(program))
		if k.given {
			program = append([]unix.SockFilter{
				load(low), jump(unix.BPF_JEQ, 0, 0, 2),
				load(low + 4), jump(unix.BPF_JEQ, 0, miss, 0),
			}, program...)
			continue
		}
		program = append([]unix.SockFilter{
			load(low), {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: k.mask}, jump(unix.BPF_JEQ, k.equals, 0, miss),
		}, program...)
	}
	return program
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func jump(test uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: k, Jt: yes, Jf: no}
}

func give(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}
