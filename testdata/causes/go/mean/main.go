// Command mean adds floats in the order in which goroutines bring them: the last digits are a matter of luck, and only sometimes.
package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	start := make(chan struct{})
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum, count := 0.0, 0
	for i := range 32 {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			part := 0.0
			for range 1000 {
				part += math.Exp(rng.NormFloat64()*2 + float64(i%5))
			}
			mu.Lock()
			sum += part
			count++
			mu.Unlock()
		}()
	}
	close(start)
	wg.Wait()
	mean := sum / float64(count*1000)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"mean": mean, "rounded": math.Round(mean*100) / 100, "count": count, "noise": rand.New(rand.NewPCG(seed, 99)).Float64(),
	})
}
