package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// watching looks at once and then every so often, until there is no more to see or an interrupt comes.
func watching(ctx context.Context, every time.Duration, look func() (over bool, err error)) error {
	ctx, end := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer end()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if over, err := look(); over || err != nil {
			return err
		}
		if !nextTick(ctx, ticker.C) {
			return nil
		}
	}
}
