//go:build linux && amd64

package lab

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// filtered executes a filter as the kernel would, and tells whether it stops a call.
func filtered(t *testing.T, program []unix.SockFilter, call int, args [6]uint64) bool {
	t.Helper()
	data := binary.LittleEndian.AppendUint32(nil, uint32(call))
	data = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(data, nativeArch), 0)
	for _, v := range args {
		data = binary.LittleEndian.AppendUint64(data, v)
	}
	var a uint32
	for at := 0; at < len(program); at++ {
		i := program[at]
		yes := false
		switch i.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			a = binary.LittleEndian.Uint32(data[i.K:])
			continue
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			a &= i.K
			continue
		case unix.BPF_RET | unix.BPF_K:
			return i.K != unix.SECCOMP_RET_ALLOW
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			yes = a == i.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			yes = a >= i.K
		default:
			t.Fatalf("instruction %#x", i.Code)
		}
		if yes {
			at += int(i.Jt)
		} else {
			at += int(i.Jf)
		}
	}
	t.Fatal("the filter has no end")
	return false
}
