// Command harvest takes in results as goroutines deliver them. Their total is in order, their list is not.
package main

import (
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
)

type basket struct {
	Field  int `json:"field"`
	Weight int `json:"weight"`
}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	start := make(chan struct{})
	out := make(chan basket)
	var wg sync.WaitGroup
	for i := range 8 {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			w := 0
			for range 30_000 {
				w += rng.IntN(3)
			}
			runtime.Gosched()
			out <- basket{i, w}
		}()
	}
	go func() { wg.Wait(); close(out) }()
	close(start)
	var in []basket
	total := 0
	h := fnv.New64a()
	for b := range out {
		in = append(in, b)
		total += b.Weight
		h.Write([]byte(strconv.Itoa(b.Field)))
	}
	enc := json.NewEncoder(os.Stdout)
	enc.Encode(map[string]any{"step": "gather", "baskets": in})
	enc.Encode(map[string]any{"step": "weigh", "total": total, "count": len(in)})
	enc.Encode(map[string]any{"step": "seal", "seal": strconv.FormatUint(h.Sum64(), 16)})
}
