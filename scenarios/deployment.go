package scenarios

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Deployment says where an engine in use is, what the ten steps may do there, and what they are to print.
type Deployment struct {
	Version int    `yaml:"version"` // 1
	Name    string `yaml:"name"`

	HealthURL     string `yaml:"health_url"`
	DatabaseURL   string `yaml:"database_url"`
	RedisURL      string `yaml:"redis_url"`
	PrometheusURL string `yaml:"prometheus_url"`
	// CheckpointsQuery is the one whose answer step 9 prints.
	CheckpointsQuery string `yaml:"checkpoints_query"`

	State  string `yaml:"state"`  // folder of the soak's
	Folder string `yaml:"folder"` // of the soak's shadowrun.yaml, which says what an emergency stop stops
	Stop   *Stop  `yaml:"stop"`   // or this does

	// Allowed are the steps that may be carried out there; nil: all but destructive ones, which --allow adds.
	Allowed []string `yaml:"allowed"`
	// Expect are the patterns of which each must be found in what a step prints, beside those that always must.
	Expect map[string][]string `yaml:"expect"`

	Before []Preparation `yaml:"before"`
	Told   []string      `yaml:"told"`
}

// Stop is what an emergency stop stops beside the soak, as in shadowrun.yaml.
type Stop struct {
	File string `yaml:"file,omitempty"`
	Hook *Hook  `yaml:"hook,omitempty"`
}

// Hook are the commands that stop an engine and let it go on.
type Hook struct {
	Enable  [][]string `yaml:"enable"`
	Disable [][]string `yaml:"disable"`
}

// Preparation is what is to be done before the drill, such as a backup.
type Preparation struct {
	What string `yaml:"what"`
	Done bool   `yaml:"done"`
	By   string `yaml:"by"`
}

// ParseDeployment reads a deployment from a file of that name. Relative paths in it are taken from the file's folder.
func ParseDeployment(name string, src []byte) (*Deployment, error) {
	d := &Deployment{}
	if err := yaml.UnmarshalWithOptions(src, d, yaml.Strict()); err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			return nil, fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, at.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var wrong []error
	refuse := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: "+format, append([]any{name}, args...)...))
	}
	if d.Version != 1 {
		refuse("version: %d: want 1", d.Version)
	}
	if d.Name == "" {
		refuse("name: it is empty; say which deployment it is, for the record")
	}
	if d.Folder != "" && d.Stop != nil {
		refuse("folder and stop: want one of them; the shadowrun.yaml in %s says what is stopped", d.Folder)
	}
	for _, step := range d.Allowed {
		if !slices.Contains(Tabletop, step) {
			refuse("allowed: there is no step %q; there are %s", step, strings.Join(Tabletop, ", "))
		}
	}
	if slices.Contains(d.Allowed, "tabletop-stop-on") && !slices.Contains(d.Allowed, "tabletop-stop-off") {
		refuse("allowed: tabletop-stop-on without tabletop-stop-off would leave everything stopped; allow both or neither")
	}
	for step, patterns := range d.Expect {
		if !slices.Contains(Tabletop, step) {
			refuse("expect: there is no step %q; there are %s", step, strings.Join(Tabletop, ", "))
		}
		for _, p := range patterns {
			if _, err := regexp.Compile(p); err != nil || strings.ContainsRune(p, '\n') {
				refuse("expect: %s: `%s` is no pattern of a line: %v", step, p, err)
			}
		}
	}
	paths := []*string{&d.State, &d.Folder}
	if d.Stop != nil {
		paths = append(paths, &d.Stop.File)
	}
	for _, path := range paths {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(filepath.Dir(name), *path)
		}
	}
	return d, errors.Join(wrong...)
}

// Services are the addresses, as a drill takes them.
func (d *Deployment) Services() map[string]string {
	all := map[string]string{"health": d.HealthURL, "database": d.DatabaseURL, "redis": d.RedisURL, "prometheus": d.PrometheusURL}
	for name, url := range all {
		if url == "" {
			delete(all, name) // the runbook says where it is then
		}
	}
	return all
}
