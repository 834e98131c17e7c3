//go:build unix && !linux

package lab

// inside is the inner stage's end of a namespace of process ids, which only Linux has.
type inside struct{}
