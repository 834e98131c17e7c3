// Command census mixes three sources in one document and two of them in one field.
package main

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 6))
	hash := maphash.MakeSeed()
	begun := time.Now()
	x := float64(seed % 1_000_003)
	for i := range 400_000 {
		x += float64(i%7) / float64(1+i%11)
	}
	spent := time.Since(begun)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"district":  rng.IntN(900),
		"bucket":    maphash.String(hash, "district") % 8191,
		"timestamp": rand.Uint32(),
		"noise":     spent.Nanoseconds(),
		"ticket":    fmt.Sprintf("%d-%d", os.Getpid(), rand.Uint64()),
		"mean":      x / 400_000,
		"random":    rng.Float64(),
	})
}
