package harness

import (
	"context"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// Try executes a command once with a seed, outside any soak, in folders below dir, and returns
// the bytes of its output beside what it came to. The trace has them as blocks.
func Try(ctx context.Context, c Config, w WorkflowConfig, seed uint64, dir string) (Execution, []byte, error) {
	w.Output = golden.OutputBytes
	w.External = external.Live
	c.Workflows = []WorkflowConfig{w}
	c = c.Defaults()
	if err := c.Validate(); err != nil {
		return Execution{}, nil, err
	}
	x, err := newCommandExecutor(c, c.Workflows[0], newWorld(time.Now, dir), filepath.Join(dir, "work"), reexec{}, nil)
	if err != nil {
		return Execution{}, nil, err
	}
	at := Position{Cycle: 1, Run: 1}
	e := x.execute(ctx, job{PlannedRun: PlannedRun{Position: at, ID: at.String(), Workflow: w.Name, Seed: seed}})
	if e.Trace == nil {
		return e, nil, nil
	}
	raw, err := rawOutput(e.Trace)
	return e, raw, err
}

// rawOutput puts an output's blocks together again.
func rawOutput(t *golden.Trace) (raw []byte, err error) {
	number := 0
	for line, err := range t.Lines() {
		if err != nil {
			return nil, err
		}
		number++
		if number == 1 || number == t.Events()+2 { // header and end
			continue
		}
		event, err := golden.ParseEvent(line)
		if err != nil {
			return nil, err
		}
		if event.Kind != golden.KindOut {
			continue
		}
		var block struct {
			Base64 string `json:"base64"`
		}
		if err := json.Unmarshal(event.Value, &block); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		bytes, err := base64.StdEncoding.DecodeString(block.Base64)
		if err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
		raw = append(raw, bytes...)
	}
	return raw, nil
}
