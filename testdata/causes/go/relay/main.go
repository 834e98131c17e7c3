// Command relay is steady: goroutines and timers, gathered by place; a child process; a real wait.
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	legs := make([]uint64, 6)
	var wg sync.WaitGroup
	for i := range legs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			time.Sleep(time.Duration((i*5)%4) * time.Millisecond)
			legs[i] = rand.New(rand.NewPCG(seed, uint64(i))).Uint64N(1 << 40)
		}()
	}
	wg.Wait()
	said, err := exec.Command("sh", "-c", "echo baton $1", "sh", os.Args[1]).Output()
	if err != nil {
		panic(err)
	}
	enc := json.NewEncoder(os.Stdout)
	for i, leg := range legs {
		enc.Encode(map[string]any{"leg": i, "duration_ns": leg})
	}
	enc.Encode(map[string]any{"said": strings.TrimSpace(string(said)), "winner": seed % 6})
}
