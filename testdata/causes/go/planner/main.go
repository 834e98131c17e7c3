// Command planner is steady: a heap with ties, maps through sorted keys, a race that is waited for, a context that never ends.
package main

import (
	"cmp"
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc64"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type task struct {
	at   time.Time
	name string
}

type agenda []task

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), cmp.Compare(a[i].name, a[j].name)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(task)) }
func (a *agenda) Pop() any     { t := (*a)[len(*a)-1]; *a = (*a)[:len(*a)-1]; return t }

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 17))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	tasks := map[string]time.Time{}
	for i := range 12 {
		tasks[fmt.Sprintf("task%02d", i)] = time.Unix(1_700_000_000+60*rng.Int64N(5), 0).UTC()
	}
	var plan agenda
	for name, at := range tasks {
		heap.Push(&plan, task{at, name})
	}
	var order []string
	for plan.Len() > 0 {
		order = append(order, heap.Pop(&plan).(task).name)
	}
	var votes atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			select {
			case <-ctx.Done():
			default:
				votes.Add(int64(i))
			}
		})
	}
	wg.Wait()
	keys := slices.Sorted(maps.Keys(tasks))
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"random":    order,
		"votes":     votes.Load(),
		"tasks":     tasks,
		"crc":       crc64.Checksum([]byte(fmt.Sprint(keys, tasks)), crc64.MakeTable(crc64.ECMA)) % (1 << 50),
		"took_ms":   rng.Float64() * 9,
		"goroutine": rng.IntN(400),
	})
}
