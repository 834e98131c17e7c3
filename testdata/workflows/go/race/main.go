// Command race looks for the best start of a hill climb with goroutines, as JSON.
// Fault: climbs are kept in order of completion. "best" is steady: a maximum has no order.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
)

type climb struct {
	Start  int     `json:"start"`
	Height float64 `json:"height"`
}

func main() {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(2)
	}
	var (
		report struct {
			Climbs []climb `json:"climbs"`
			Best   float64 `json:"best"`
		}
		mu sync.Mutex
		wg sync.WaitGroup
	)
	for start := range 24 {
		wg.Go(func() {
			height := ascend(rand.New(rand.NewPCG(seed, uint64(start))))
			mu.Lock()
			defer mu.Unlock()
			report.Climbs = append(report.Climbs, climb{start, height})
			report.Best = max(report.Best, height)
		})
	}
	wg.Wait()
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(1)
	}
}

// ascend takes 20,000 random steps and keeps those that lead upwards.
func ascend(rng *rand.Rand) float64 {
	x := rng.Float64() * 10
	best := hill(x)
	for range 20000 {
		to := x + rng.NormFloat64()*0.1
		if h := hill(to); h > best {
			x, best = to, h
		}
	}
	return best
}

func hill(x float64) float64 { return 10 + math.Sin(x)*3 + math.Cos(3*x) - math.Abs(x-5)/2 }
