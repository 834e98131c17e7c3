// Command trace stamps what it does: a time, a deadline, a generator started by the time, and a fixed epoch.
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 3))
	now := time.Now()
	lot := rand.New(rand.NewPCG(uint64(now.UnixNano()), 0))
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"entity":   rng.IntN(100_000),
		"sequence": now.UTC().Format("150405.000000"),
		"expires":  now.Add(36 * time.Hour).UnixMilli(),
		"weight":   lot.Float64(),
		"seen_at":  time.Unix(1_700_000_000+rng.Int64N(1_000_000), 0).UTC().Format(time.RFC1123),
		"took":     time.Duration(rng.IntN(9_000_000)).String(),
	})
}
