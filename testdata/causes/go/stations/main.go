// Command stations has four workers take jobs off one channel. Each job's receipt has its place; who did how many has none.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
)

type job struct {
	number int
	weight int
}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 0))
	jobs := make(chan job)
	receipts := make([]string, 60)
	taken := make([]int, 4)
	var wg sync.WaitGroup
	for w := range taken {
		wg.Go(func() {
			for j := range jobs {
				sum := sha256.Sum256([]byte(strconv.Itoa(j.weight)))
				for range j.weight {
					sum = sha256.Sum256(sum[:])
				}
				receipts[j.number] = hex.EncodeToString(sum[:3])
				taken[w]++
			}
		})
	}
	weights := 0
	for i := range receipts {
		j := job{i, 40 + rng.IntN(80)}
		weights += j.weight
		jobs <- j
	}
	close(jobs)
	wg.Wait()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"receipts": receipts[:8],
		"weights":  weights,
		"rates":    taken,
		"busiest":  slices.Index(taken, slices.Max(taken)),
		"shifts":   len(taken),
		"worker":   rng.IntN(4),
	})
}
