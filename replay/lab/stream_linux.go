//go:build linux && (amd64 || arm64)

package lab

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
)

// Randomness is handed out in streams: one for each thread, program and purpose. A thread is named by its
// descent, the how-manieth birth of its parent, so that streams do not depend on
// which pids there are or which thread comes first: "0.2" is the third child of the first process, "0.2/1" the same after one execve.

// streamOf returns what a thread of the command reads for a purpose.
func (c *tracee) streamOf(factor, level, purpose string) *rand.ChaCha8 {
	key := sha256.Sum256(fmt.Appendf(nil, "shadowrun lab %s %s: %s: %s", factor, level, c.descent(), purpose))
	return rand.NewChaCha8(key)
}

// descent names the thread and the program that it executes.
func (c *tracee) descent() string {
	if c.programs == 0 {
		return c.stream
	}
	return fmt.Sprintf("%s/%d", c.stream, c.programs)
}
