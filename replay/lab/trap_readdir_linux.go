//go:build linux && (amd64 || arm64)

package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// readdir gives the entries of a folder in another order. What the kernel returns at once is put in order, so a folder that takes
// several calls (some hundred entries each) is in order piece by piece, and going back within it, by seekdir(3), may show
// an entry twice or never.
func readdir(t *tracer, level string) error {
	order, err := entryOrder(level)
	if err != nil {
		return err
	}
	for call, nameAt := range direntCalls {
		t.trap(trap{factor: "readdir", call: call, enter: func(c *tracee) error {
			c.after(func() error {
				n := c.result()
				if n <= 0 {
					return nil
				}
				buf := make([]byte, n)
				if err := c.read(c.arg(1), buf); err != nil {
					return err
				}
				return c.write(c.arg(1), reorder(buf, nameAt, order))
			})
			return nil
		}})
	}
	return nil
}

// dirent is an entry as the kernel packs it: inode and position of 8 bytes each, length of the whole of 2, and so on.
type dirent struct {
	bytes []byte
	name  string
}

// Where a struct linux_dirent64 has what. An older linux_dirent has its name one byte earlier, its type at the end.
const (
	direntOffset = 8
	direntLength = 16
	direntName64 = 19
	direntName   = 18
)

var direntCalls = map[int]int{unix.SYS_GETDENTS64: direntName64}

// reorder puts the entries of a buffer in order. Each place keeps its position (d_off): it says where to go on reading behind that
// place, whichever entry is there.
func reorder(buf []byte, nameAt int, order func([]dirent)) []byte {
	var entries []dirent
	var offsets [][]byte
	for rest := buf; len(rest) > 0; {
		if len(rest) < nameAt {
			return buf
		}
		size := int(binary.NativeEndian.Uint16(rest[direntLength:]))
		if size < nameAt || size > len(rest) {
			return buf
		}
		name, _, _ := bytes.Cut(rest[nameAt:size], []byte{0})
		entries = append(entries, dirent{rest[:size], string(name)})
		offsets = append(offsets, bytes.Clone(rest[direntOffset:direntLength]))
		rest = rest[size:]
	}
	order(entries)
	ordered := make([]byte, 0, len(buf))
	for i, e := range entries {
		at := len(ordered)
		ordered = append(ordered, e.bytes...)
		copy(ordered[at+direntOffset:], offsets[i])
	}
	return ordered
}

// entryOrder returns what puts entries in the order of a level. It is a function of their names alone.
func entryOrder(level string) (func([]dirent), error) {
	sorted := func(e []dirent) { slices.SortFunc(e, func(a, b dirent) int { return strings.Compare(a.name, b.name) }) }
	seedText, shuffled := strings.CutPrefix(level, "shuffled:")
	seed, err := strconv.ParseUint(seedText, 10, 64)
	switch {
	case level == "sorted":
		return sorted, nil
	case level == "reversed":
		return func(e []dirent) { sorted(e); slices.Reverse(e) }, nil
	case shuffled && err == nil:
		return func(e []dirent) {
			sorted(e)
			random := rand.New(rand.NewPCG(seed, uint64(len(e))))
			random.Shuffle(len(e), func(i, j int) { e[i], e[j] = e[j], e[i] })
		}, nil
	}
	return nil, fmt.Errorf("readdir=%s: no such order", level)
}
