package explain

import (
	"context"
	"errors"
)

// Explain runs experiments in lab until every field is settled, or the budget is spent. What it
// returns is a pure function of o and of what the lab's runs showed.
func Explain(ctx context.Context, lab Lab, o Options) (*Explanation, error) {
	if err := o.fillDefault(); err != nil {
		return nil, err
	}
	return nil, errors.New("explain: the experiments are not written yet")
}
