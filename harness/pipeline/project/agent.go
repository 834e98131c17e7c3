package project

import (
	"cmp"
	"time"
)

// Agent is .somas/agents/NAME.yml: who works at some of the stages.
type Agent struct {
	Name        string   `json:"-"`           // the file's
	Stages      []Stage  `json:"stages"`      // those it works at
	Service     string   `json:"service"`     // whose circuit breaker guards it
	Command     []string `json:"command"`     // or
	Builtin     string   `json:"builtin"`     // a Go function's name
	Credentials []string `json:"credentials"` // environment variables that it needs, and gets
	Timeout     Duration `json:"timeout"`     // 0: the stage's
}

// ParseAgent reads an agent's file; file is for errors.
func ParseAgent(name, file string, src []byte) (Agent, error) {
	a := Agent{Name: name}
	f := yamlFile{name: file, src: src}
	doc, err := f.read(agentSchema)
	if err != nil {
		return Agent{}, err
	}
	return a, f.decode(doc, &a)
}

// Limit is how long the agent may work at the stage.
func (a Agent) Limit(c Config, s Stage) time.Duration {
	return cmp.Or(time.Duration(a.Timeout), c.Timeout(s))
}
