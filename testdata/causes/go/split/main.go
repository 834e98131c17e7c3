// Command split sums floats in as many parts as there are processors; the zone and the folder are the machine's too.
package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"time"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 4))
	values := make([]float64, 5000)
	for i := range values {
		values[i] = math.Exp(rng.NormFloat64() * 2)
	}
	n := runtime.GOMAXPROCS(0)
	sums := make([]float64, n)
	for i, v := range values {
		sums[i%n] += v
	}
	total := 0.0
	for _, s := range sums {
		total += s
	}
	when := time.Unix(1_710_000_000, 0)
	wd, _ := os.Getwd()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"values": len(values), "total": total, "batch": 64 / n, "cutoff": when.Format("Mon 15:04"),
		"cutoff_utc": when.UTC().Format("Mon 15:04"), "module": wd, "max": values[int(seed%5000)],
	})
}
