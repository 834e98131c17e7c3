package harness

import (
	"sync/atomic"
	"testing"
)

// A replay of a run gets its turn while experiments on the same run follow each other without a pause.
func TestExperimentsDoNotKeepAReplayFromItsRun(t *testing.T) {
	x := commandOf(t, WorkflowConfig{Command: sh("sleep 0.05")})
	var replayed atomic.Bool
	begun, ended := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; !replayed.Load() && n < 100; n++ {
			e := x.execute(t.Context(), planned("hostile", 5))
			e.Close()
			if n == 0 {
				close(begun)
			}
		}
		ended <- n
	}()
	<-begun
	e := x.execute(t.Context(), planned("hostile", 5))
	e.Close()
	replayed.Store(true)
	if n := <-ended; n > 10 {
		t.Errorf("%d experiments came before it", n)
	}
}
