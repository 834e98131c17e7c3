package project_test

import (
	"bytes"
	"testing"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func FuzzParseConfig(f *testing.F) {
	for _, src := range []string{"", "pipeline: {enabled: false}\n", "quality_gates: {verify: {coverage: 80, failed_tests: {max: 0}}}\n", "agents: &a {}\n", "- x", "a: [", "pipeline:\n", "? [a]\n: b\n", "<<: {}\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := project.ParseConfig("c.yml", src)
		if err != nil {
			return
		}
		for _, stage := range project.Stages {
			if c.Timeout(stage) < 0 {
				t.Errorf("stage %s: a time-out of %s", stage, c.Timeout(stage))
			}
		}
	})
}

func FuzzParseState(f *testing.F) {
	h := begun(f)
	h.start("intake")
	h.fail("intake")
	h.exhaust("intake")
	src, err := h.state.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := project.ParseState(src)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil || !bytes.Equal(src, again) {
			t.Errorf("read, but not what would be written: %v", err)
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	h := begun(f)
	h.start("intake")
	for _, e := range h.entries {
		line, err := e.Line()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := project.ParseEntry(line, "")
		if err != nil {
			return
		}
		again, err := e.Line()
		if err != nil || !bytes.Equal(line, again) {
			t.Errorf("read, but not what would be written: %v", err)
		}
		_, _, _ = project.Apply(project.State{}, nil, e) // whatever it says, it is refused or applied
	})
}
