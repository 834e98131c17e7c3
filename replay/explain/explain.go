package explain

import "context"

// Explain runs experiments in lab until every field is settled, or the budget is spent. What it
// returns is a pure function of o and of what the lab's runs showed. An error of the lab, or of
// ctx, ends it; so does a first run that cannot be compared.
func Explain(ctx context.Context, lab Lab, o Options) (*Explanation, error) {
	if err := o.fillDefault(); err != nil {
		return nil, err
	}
	e := &experiment{session: newSession(lab, o), proven: map[string]*proof{}, still: map[string]bool{}}
	if err := e.run(ctx); err != nil {
		return nil, err
	}
	return e.explanation(), nil
}
