// Command duration factors numbers, as JSON. Fault: "elapsed_ms" measures this process.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

type factored struct {
	Number  uint64   `json:"number"`
	Factors []uint64 `json:"factors"`
}

func main() {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "duration:", err)
		os.Exit(2)
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	var report struct {
		Results   []factored `json:"results"`
		ElapsedMS float64    `json:"elapsed_ms"`
		BudgetMS  float64    `json:"budget_ms"` // simulated: the seed's
	}
	start := time.Now()
	for range 12 {
		n := rng.Uint64N(1 << 43)
		report.Results = append(report.Results, factored{Number: n, Factors: factor(n)})
	}
	report.ElapsedMS = float64(time.Since(start).Microseconds()) / 1000
	report.BudgetMS = 50 + 100*rng.Float64()
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(1)
	}
}

// factor divides by trial, smallest first. It returns nothing for 0 and 1.
func factor(n uint64) []uint64 {
	var factors []uint64
	for d := uint64(2); d*d <= n; d++ {
		for n%d == 0 {
			factors = append(factors, d)
			n /= d
		}
	}
	if n > 1 {
		factors = append(factors, n)
	}
	return factors
}
