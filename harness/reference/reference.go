// Package reference holds the workflows that a soak runs without a configuration: compute,
// io and llm, shaped after those of the soak that this project grew out of. They are steady;
// what is tested with them is the harness and its host.
package reference

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness"
)

// Workflows returns the three, in the order in which they are listed.
func Workflows() []harness.Workflow {
	return []harness.Workflow{compute{}, ingest{}, llm{}}
}

// compute has five steps of arithmetic, each on the result of the one before.
type compute struct{}

func (compute) Name() string { return "compute" }

func (compute) Run(_ context.Context, r *harness.Run) error {
	values := make([]int, 8)
	for i := range values {
		values[i] = r.Rand().IntN(1000)
	}
	r.Record("generate", values)
	sum := 0
	for i, v := range values {
		values[i] = v*v%997 + i
		sum += values[i]
	}
	r.Record("transform", values)
	r.Record("aggregate", map[string]int{"count": len(values), "sum": sum})
	slices.Sort(values)
	r.Record("sort", values)
	digest := sha256.Sum256(fmt.Append(nil, values))
	r.Record("digest", hex.EncodeToString(digest[:8]))
	return nil
}

// ingest has four steps, with a checkpoint between reading and writing: it can be resumed.
type ingest struct{}

func (ingest) Name() string { return "io" }

// Resumable marks the workflow as one that takes checkpoints.
func (ingest) Resumable() {}

type row struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Score int    `json:"score"`
}

func (ingest) Run(_ context.Context, r *harness.Run) error {
	var rows []row
	resumed, err := r.Resume(&rows)
	if err != nil {
		return err
	}
	if !resumed {
		for i := range 4 {
			rows = append(rows, row{i, fmt.Sprintf("row-%04x", r.Rand().IntN(1<<16)), r.Rand().IntN(100)})
		}
		r.Record("read", rows)
		if err := r.Checkpoint(rows); err != nil {
			return err
		}
	}
	rows = slices.DeleteFunc(rows, func(x row) bool { return x.Score < 20 })
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(a.Score-b.Score, a.ID-b.ID) })
	r.Record("validate", len(rows))
	var text strings.Builder
	for _, x := range rows {
		fmt.Fprintf(&text, "%d,%s,%d\n", x.ID, x.Name, x.Score)
	}
	r.Artifact("rows.csv", []byte(text.String()))
	r.Record("write", text.Len())
	r.Record("verify", r.Now())
	return nil
}

// llm has three steps around a model that answers by its seed.
type llm struct{}

func (llm) Name() string { return "llm" }

func (llm) Run(ctx context.Context, r *harness.Run) error {
	topics := []string{"billing", "shipping", "returns", "accounts"}
	prompt := fmt.Sprintf("summarise ticket %d about %s", r.Rand().IntN(10000), topics[r.Rand().IntN(len(topics))])
	r.Record("prompt", prompt)
	var answer string
	err := r.Call(ctx, "model", map[string]any{"prompt": prompt, "temperature": 0}, &answer, func(context.Context) (any, error) {
		words := strings.Fields("the customer asks for a refund because parcel was late and invoice shows two charges")
		r.Rand().Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return strings.Join(words[:8], " "), nil
	})
	if err != nil {
		return err
	}
	r.Record("parse", map[string]any{"tokens": len(strings.Fields(answer)), "model": "reference-1"})
	return nil
}
