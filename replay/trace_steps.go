package replay

// Steps returns the pointers of a trace's events in their order: what [FoldSteps] goes by.
func Steps(trace []byte) ([]string, error) {
	ids := &identities{numbers: map[string]int32{}}
	t, err := ids.readTrace(Want, trace)
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(t.events))
	for i, e := range t.events {
		steps[i] = pointer(ids.all[e.identity].tokens(t.header.Output, e.index))
	}
	return steps, nil
}
