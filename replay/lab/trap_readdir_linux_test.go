//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packed is a buffer as getdents64 fills it; the n-th entry's position is n + 1.
func packed(names ...string) (buf []byte) {
	for i, name := range names {
		size := (direntName64 + len(name) + 1 + 7) / 8 * 8
		e := make([]byte, size)
		binary.NativeEndian.PutUint64(e, uint64(1000+len(name)))
		binary.NativeEndian.PutUint64(e[direntOffset:], uint64(i+1))
		binary.NativeEndian.PutUint16(e[direntLength:], uint16(size))
		copy(e[direntName64:], name)
		buf = append(buf, e...)
	}
	return buf
}

type place struct {
	Name     string
	Position uint64
}

func unpacked(t *testing.T, buf []byte) (places []place) {
	t.Helper()
	reorder(buf, direntName64, func(entries []dirent) {
		for _, e := range entries {
			places = append(places, place{e.name, binary.NativeEndian.Uint64(e.bytes[direntOffset:])})
		}
	})
	return places
}

func TestReorder(t *testing.T) {
	for _, test := range []struct {
		level string
		want  []place
	}{
		{"sorted", []place{{".", 1}, {"..", 2}, {"a-longer-name", 3}, {"b", 4}}},
		{"reversed", []place{{"b", 1}, {"a-longer-name", 2}, {"..", 3}, {".", 4}}},
	} {
		order, err := entryOrder(test.level)
		must(t, err)
		buf := packed("b", ".", "a-longer-name", "..")
		got := reorder(buf, direntName64, order)
		if diff := cmp.Diff(test.want, unpacked(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.level, diff)
		}
		if len(got) != len(buf) {
			t.Errorf("%s: %d bytes became %d", test.level, len(buf), len(got))
		}
	}
}

// A buffer that is not as it should be is left alone, whatever is wrong with it.
func FuzzReorder(f *testing.F) {
	f.Add(packed("b", "a"))
	f.Add(packed("a")[:10])
	f.Add(append(packed("a"), make([]byte, 30)...))
	f.Fuzz(func(t *testing.T, buf []byte) {
		order, err := entryOrder("shuffled:1")
		must(t, err)
		if got := reorder(buf, direntName64, order); len(got) != len(buf) {
			t.Errorf("%d bytes became %d", len(buf), len(got))
		}
	})
}
