package harness

import (
	"io"
	"os"
	"path/filepath"
	"slices"
)

// own are variables of ours that no workflow is ever shown.
var own = []string{"SHADOWRUN_GOLDEN_KEY", childVariable}

// environment returns what the configuration lets a workflow see, but for what differs from
// run to run: PATH and HOME, a fixed zone and locale, env and pass_env, the workflow's own last.
func environment(c Config, w WorkflowConfig, lookup func(string) (string, bool)) map[string]string {
	env := map[string]string{"TZ": "UTC", "LC_ALL": "C.UTF-8"}
	for _, name := range slices.Concat([]string{"PATH", "HOME"}, c.PassEnv, w.PassEnv) {
		if value, ok := lookup(name); ok && !slices.Contains(own, name) {
			env[name] = value
		}
	}
	for _, set := range []map[string]string{c.Env, w.Env} {
		for name, value := range set {
			env[name] = value
		}
	}
	return env
}

// copyInto copies a file of folder from, named relative to it, into folder to.
func copyInto(to, from, name string) error {
	in, err := os.Open(filepath.Join(from, name))
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	target := filepath.Join(to, name)
	if info.IsDir() {
		return os.CopyFS(target, os.DirFS(in.Name()))
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
