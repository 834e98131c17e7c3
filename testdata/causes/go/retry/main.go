// Command retry backs off between attempts with the generator that nobody seeds any more, and signs for it.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	mathrand "math/rand/v2"
	"os"
	"strconv"
	"time"
)

var errBusy = errors.New("busy")

type client struct {
	fails    int
	pauses   []time.Duration
	attempts int
}

func (c *client) call(ctx context.Context) error {
	c.attempts++
	if c.attempts <= c.fails {
		return errBusy
	}
	return ctx.Err()
}

func (c *client) try(ctx context.Context, base time.Duration) error {
	for n := 0; ; n++ {
		err := c.call(ctx)
		if !errors.Is(err, errBusy) {
			return err
		}
		c.pauses = append(c.pauses, base<<n+mathrand.N(base<<n).Round(time.Microsecond))
	}
}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := mathrand.New(mathrand.NewPCG(seed, 3))
	begun := time.Now()
	c := &client{fails: 3 + rng.IntN(3)}
	err := c.try(context.Background(), time.Duration(20+rng.IntN(60))*time.Millisecond)
	var total time.Duration
	for _, p := range c.pauses {
		total += p
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"ok":         err == nil,
		"attempts":   c.attempts,
		"pauses_us":  c.pauses,
		"total":      total.String(),
		"signature":  rand.Text(),
		"cpu":        time.Since(begun).Nanoseconds(),
		"not_before": begun.Add(5 * time.Minute).UTC().Format(time.RFC3339Nano),
		"request_id": strconv.FormatUint(rng.Uint64(), 36),
		"latency_ns": rng.IntN(1_000_000),
	})
}
