// Command choice selects among channels that are all ready: the runtime picks by lot.
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 2))
	left, right := make(chan int, 64), make(chan int, 64)
	for range 64 {
		left <- 0
		right <- 1
	}
	pattern := uint64(0)
	for range 40 {
		select {
		case v := <-left:
			pattern = pattern<<1 | uint64(v)
		case v := <-right:
			pattern = pattern<<1 | uint64(v)
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"plan": strconv.FormatUint(pattern, 16), "random": rng.Uint32(), "rounds": 40, "queue": len(left) + len(right),
	})
}
