package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// AgentCheck is what there is to know of an agent that does not answer.
type AgentCheck struct {
	Name        string          `json:"name"`
	File        string          `json:"file,omitempty"` // "": it has none, and is built in
	Problems    []string        `json:"problems"`       // none: it can be invoked
	Stages      []project.Stage `json:"stages"`         // that it works at
	Service     string          `json:"service,omitempty"`
	Credentials map[string]bool `json:"credentials"` // the variables that it needs: are they set?
	Runs        []AgentRun      `json:"runs"`        // the newest, oldest first
}

// AgentRun is an attempt of an agent.
type AgentRun struct {
	Project string        `json:"project"`
	At      time.Time     `json:"at"`
	Stage   project.Stage `json:"stage"`
	Event   project.Event `json:"event"`
	Reason  string        `json:"reason,omitempty"` // of the entry: why an operator asked, what the debugger was asked about
	Error   string        `json:"error,omitempty"`  // what the agent failed with, if it did
}

// runsShown is how many runs a check has.
const runsShown = 10

// CheckAgent looks at an agent's file, its program and its credentials, and at what it did of late.
func (o Operator) CheckAgent(name string) (AgentCheck, error) {
	c := AgentCheck{Name: name, Problems: []string{}, Stages: []project.Stage{}, Credentials: map[string]bool{}, Runs: []AgentRun{}}
	config, err := LoadConfig(o.Root)
	if err != nil {
		return c, err
	}
	e := &Engine{Root: o.Root}
	w, err := e.agentNamed(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	if path := filepath.Join(o.Root, ".somas", "agents", name+".yml"); exists(path) {
		c.File = path
	}
	if err != nil {
		c.Problems = append(c.Problems, err.Error())
		return c, nil
	}
	c.Service = w.Service
	c.look(o.Root, w)
	for _, s := range project.Stages {
		if at, err := e.agentFor(config, s); err != nil {
			c.Problems = append(c.Problems, err.Error())
		} else if at.Name == name {
			c.Stages = append(c.Stages, s)
		}
	}
	return c, c.runs(o)
}

// look is for what would keep an agent from being started.
func (c *AgentCheck) look(root string, w worker) {
	for _, v := range w.Credentials {
		c.Credentials[v] = os.Getenv(v) != ""
		if !c.Credentials[v] {
			c.Problems = append(c.Problems, "the environment has no "+v)
		}
	}
	if len(w.Command) == 0 {
		return
	}
	program := w.Command[0]
	if filepath.Base(program) != program && !filepath.IsAbs(program) {
		// Joined with the root "." alone it would be a bare name, which is looked for in PATH.
		if abs, err := filepath.Abs(filepath.Join(root, program)); err == nil {
			program = abs
		}
	}
	if _, err := exec.LookPath(program); err != nil {
		c.Problems = append(c.Problems, "its program: "+err.Error())
	}
}

func (c *AgentCheck) runs(o Operator) error {
	ids, err := store.Projects(o.Root)
	for _, id := range ids {
		entries, _ := o.History(id, Filter{}) // none of a damaged project, which is doctor's
		for _, e := range entries {
			if failed, ran := c.ran(e); ran {
				c.Runs = append(c.Runs, AgentRun{id, e.At, e.Stage, e.Event, e.Reason, failed})
			}
		}
	}
	slices.SortStableFunc(c.Runs, func(a, b AgentRun) int { return a.At.Compare(b.At) })
	c.Runs = c.Runs[max(0, len(c.Runs)-runsShown):]
	return err
}

// ran reports whether an entry says of the agent that it was it, and what it failed with. Who works at a stage today need
// not be who did.
func (c *AgentCheck) ran(e project.Entry) (failed string, ran bool) {
	switch e.Event {
	case project.StageDone, project.StageGaveError, project.DebuggerInvoked, project.AgentInvoked:
		var of struct {
			Agent   string
			Failure *Failure
		}
		if json.Unmarshal(e.Detail, &of) != nil || of.Agent != c.Name {
			return "", false
		}
		if e.Event == project.StageGaveError {
			return e.Reason, true
		}
		if of.Failure != nil {
			return of.Failure.Message, true
		}
		return "", true
	}
	return "", false
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Invocation is what came of an agent that was started by hand; it is an agent_invoked entry's detail, without
// the answer.
type Invocation struct {
	Agent     string             `json:"agent"`
	Stage     project.Stage      `json:"stage"`
	Artifacts map[string]string  `json:"artifacts,omitempty"` // name to digest
	Measures  map[string]float64 `json:"measures,omitempty"`
	Failure   *Failure           `json:"failure,omitempty"`
	Answer    *Answer            `json:"answer,omitempty"`
}

// InvokeAgent asks an agent as the engine would, beside the pipeline: nothing that it makes is kept. "" is the
// current stage.
func (o Operator) InvokeAgent(ctx context.Context, id, name string, at project.Stage) (Invocation, Done, error) {
	var i Invocation
	d := o.done("agent invoke", id)
	if err := needs(o.Actor, o.Reason); err != nil {
		return i, d, err
	}
	config, err := LoadConfig(o.Root)
	if err != nil {
		return i, d, err
	}
	if !config.Pipeline.Enabled {
		return i, d, fmt.Errorf("%s: pipeline.enabled is false: no agent is started while all is stopped; \"shadowrun pipeline start-all\" ends that", ConfigPath(o.Root))
	}
	p, err := o.open(id)
	if err != nil {
		return i, d, err
	}
	defer p.Close()
	s := &session{Engine: &Engine{Root: o.Root}, project: p, config: config}
	w, err := s.agentNamed(name)
	if err != nil {
		return i, d, err
	}
	if at == "" {
		at = p.State().CurrentStage
	}
	if at.Index() < 0 {
		return i, d, noStage(at)
	}
	task, err := s.task(at)
	if err != nil {
		return i, d, err
	}
	i.Agent, i.Stage = name, at
	d.did("asked %s to work at %s", name, at)
	if !o.DryRun {
		i.ask(ctx, s, w, task)
	}
	e := project.Entry{Event: project.AgentInvoked, Stage: at, Detail: project.Detail(i.entered())}
	return i, d, o.enter(&d, p, e)
}

func (i *Invocation) ask(ctx context.Context, s *session, w worker, task Task) {
	answer, err := s.invoke(ctx, w, task)
	if i.Failure = failureOf(err); i.Failure == nil {
		i.Failure = s.judge(task.Stage, answer)
	}
	i.Answer, i.Measures, i.Artifacts = &answer, answer.Measures, map[string]string{}
	for name, content := range answer.Artifacts {
		i.Artifacts[name] = project.Digest([]byte(content))
	}
}

func (i Invocation) entered() Invocation {
	i.Answer = nil
	return i
}
