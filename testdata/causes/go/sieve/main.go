// Command sieve is steady: it ranges over maps, but only to sum and to sort.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"time"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 7))
	seen := map[int]int{}
	for range 2000 {
		seen[rng.IntN(50)]++
	}
	keys := []int{}
	total := 0
	for k, v := range seen {
		keys = append(keys, k)
		total += v
	}
	slices.Sort(keys)
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"now": clock.Add(time.Duration(rng.IntN(1e9)) * time.Microsecond).Format(time.RFC3339Nano),
		"map": fmt.Sprint(map[string]int{"b": rng.IntN(9), "a": rng.IntN(9)}), "keys": keys, "total": total,
		"pointer": fmt.Sprintf("%#x", 0xc000000000+rng.Int64N(1<<20)*8), "goroutine": rng.IntN(40),
	})
}
