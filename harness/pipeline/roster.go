package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// stubName is the agent that there is without a file.
const stubName = "stub"

// worker is an agent with what its file says of it.
type worker struct {
	project.Agent
	agent Agent
}

// ConfigPath is where a root's configuration is.
func ConfigPath(root string) string { return filepath.Join(root, ".somas", "config.yml") }

// LoadConfig reads a root's configuration; what is not there has its default.
func LoadConfig(root string) (project.Config, error) {
	src, err := readConfig(root)
	if err != nil {
		return project.Config{}, err
	}
	return project.ParseConfig(ConfigPath(root), src)
}

// readConfig returns nil where there is no file.
func readConfig(root string) ([]byte, error) {
	src, err := os.ReadFile(ConfigPath(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return src, err
}

// agentNames lists the agents that have a file, sorted.
func agentNames(root string) ([]string, error) {
	files, err := os.ReadDir(filepath.Join(root, ".somas", "agents"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, f := range files {
		if name, is := strings.CutSuffix(f.Name(), ".yml"); is {
			names = append(names, name)
		}
	}
	return names, err
}

// loadAgent reads an agent's file.
func loadAgent(root, name string) (project.Agent, error) {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return project.Agent{}, fmt.Errorf("agent %q: expected a file's name in .somas/agents, without .yml", name)
	}
	path := filepath.Join(root, ".somas", "agents", name+".yml")
	src, err := os.ReadFile(path)
	if err != nil {
		return project.Agent{}, err
	}
	return project.ParseAgent(name, path, src)
}

// agentFor returns the agent that works at a stage: the one whose file names it, or the default.
func (e *Engine) agentFor(config project.Config, at project.Stage) (worker, error) {
	names, err := agentNames(e.Root)
	if err != nil {
		return worker{}, err
	}
	var found []project.Agent
	for _, name := range names {
		a, err := loadAgent(e.Root, name)
		if err != nil {
			return worker{}, err
		}
		if slices.Contains(a.Stages, at) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return e.agentNamed(config.Agents.Default)
	case 1:
		return e.worker(found[0])
	}
	return worker{}, fmt.Errorf("stage %s has two agents, %s and %s: take it out of one's file in %s",
		at, found[0].Name, found[1].Name, filepath.Join(e.Root, ".somas", "agents"))
}

// agentNamed returns an agent by name. The stub needs no file, nor does a debugger: without one
// the stub is it.
func (e *Engine) agentNamed(name string) (worker, error) {
	a, err := loadAgent(e.Root, name)
	if errors.Is(err, fs.ErrNotExist) {
		if name == stubName || name == (project.Config{}).Defaults().ErrorHandling.Debugger {
			return e.worker(project.Agent{Name: name, Builtin: stubName, Service: stubService})
		}
		if _, given := e.Agents[name]; given {
			return e.worker(project.Agent{Name: name})
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return worker{}, fmt.Errorf("there is no agent %s: write its file, or name another in %s: %w", name, ConfigPath(e.Root), err)
	}
	if err != nil {
		return worker{}, err
	}
	return e.worker(a)
}

func (e *Engine) worker(a project.Agent) (worker, error) {
	if given, ok := e.Agents[a.Name]; ok {
		return worker{a, given}, nil
	}
	switch {
	case len(a.Command) > 0:
		return worker{a, &command{argv: a.Command, root: e.Root, credentials: a.Credentials}}, nil
	case a.Builtin == stubName:
		return worker{a, Stub{}}, nil
	}
	return worker{}, fmt.Errorf("agent %s: there is no builtin %q: expected %s", a.Name, a.Builtin, stubName)
}
