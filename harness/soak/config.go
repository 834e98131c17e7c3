package soak

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/shadowrun/shadowrun/harness"
)

// storedConfig is a configuration as the ledger keeps it: whole, so that a soak is resumed with
// what it began with, but without the values that are to be redacted.
type storedConfig struct {
	Dir    string         `yaml:"dir"`
	Config harness.Config `yaml:"config"`
}

const redacted = "[redacted]"

func storeConfig(c harness.Config) (text, digest string, err error) {
	c.Env = redactEnv(c.Env, c.Redact)
	c.Monitor = c.Monitor.WithoutReceivers()
	c.Gate = harness.GateConfig{} // no part of a soak
	c.Workflows = slices.Clone(c.Workflows)
	for i := range c.Workflows {
		c.Workflows[i].Env = redactEnv(c.Workflows[i].Env, c.Redact)
	}
	out, err := yaml.Marshal(storedConfig{Dir: c.Dir, Config: c})
	if err != nil {
		return "", "", fmt.Errorf("configuration: %w", err)
	}
	sum := sha256.Sum256(out)
	return string(out), hex.EncodeToString(sum[:]), nil
}

func redactEnv(env map[string]string, names []string) map[string]string {
	env = maps.Clone(env)
	for _, name := range names {
		if _, ok := env[name]; ok {
			env[name] = redacted
		}
	}
	return env
}

// ReadConfig returns the configuration that a soak began with, but for what was redacted.
func ReadConfig(text string) (harness.Config, error) {
	var stored storedConfig
	if err := yaml.Unmarshal([]byte(text), &stored); err != nil {
		return harness.Config{}, fmt.Errorf("the soak's configuration in the ledger: %w", err)
	}
	stored.Config.Dir = stored.Dir
	for i := range stored.Config.Workflows {
		if w := &stored.Config.Workflows[i]; len(w.Command) == 0 {
			w.Command = nil // YAML writes nil as [], but a Go workflow is one whose command is nil
		}
	}
	return stored.Config, nil
}

// RestoreConfig returns the configuration that a soak began with. The values that were
// redacted are taken from the configuration at hand.
func RestoreConfig(text string, at harness.Config) (harness.Config, error) {
	c, err := ReadConfig(text)
	if err != nil {
		return c, err
	}
	if err := unredact(c.Env, at.Env); err != nil {
		return c, err
	}
	for i := range c.Workflows {
		var env map[string]string
		for _, w := range at.Workflows {
			if w.Name == c.Workflows[i].Name {
				env = w.Env
			}
		}
		if err := unredact(c.Workflows[i].Env, env); err != nil {
			return c, fmt.Errorf("workflow %s: %w", c.Workflows[i].Name, err)
		}
	}
	return c, nil
}

func unredact(env, from map[string]string) error {
	for name, value := range env {
		if value != redacted {
			continue
		}
		now, ok := from[name]
		if !ok {
			return fmt.Errorf("env: %s was redacted, and the configuration at hand does not name it; say --config FILE", name)
		}
		env[name] = now
	}
	return nil
}

// changedKeys returns the keys of a configuration whose values differ between two.
func changedKeys(a, b harness.Config) (keys []string) {
	b.Monitor = b.Monitor.WithoutReceivers()
	a.Gate, b.Gate = harness.GateConfig{}, harness.GateConfig{}
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		key := va.Type().Field(i).Tag.Get("yaml")
		if key == "-" {
			key = "its folder"
		}
		if inYAML(va.Field(i)) != inYAML(vb.Field(i)) {
			keys = append(keys, key)
		}
	}
	return keys
}

// inYAML makes what is unset and what is empty the same.
func inYAML(v reflect.Value) string {
	text, err := yaml.Marshal(v.Interface())
	if err != nil {
		return err.Error()
	}
	return string(text)
}
