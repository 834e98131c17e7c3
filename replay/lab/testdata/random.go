// Prints what Go has of randomness: crypto/rand, its own generator, and the order of a map.
package main

import (
	crypto "crypto/rand"
	"fmt"
	"math/rand/v2"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	p := make([]byte, 300)
	crypto.Read(p)
	fmt.Printf("%x %d", p[:8], rand.Uint64())
	m := map[string]int{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9}
	for k := range m {
		fmt.Print(" ", k)
	}
	fmt.Println()
}
