// Prints what the system gives Go of randomness. Go's own generator, one for each of its threads, is left out: how much of
// it was used before main follows from no seed.
package main

import (
	"crypto/rand"
	"fmt"
	"runtime"
)

func init() { runtime.LockOSThread() }

func main() {
	p := make([]byte, 300)
	rand.Read(p)
	fmt.Printf("%x\n", p)
}
