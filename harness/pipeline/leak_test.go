package pipeline

import "github.com/shadowrun/shadowrun/harness"

func leaking() harness.Workflow { return workflow{} }
