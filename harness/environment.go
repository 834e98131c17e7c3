package harness

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// StopVariable keeps a soak from starting where it is set: an emergency stop that is made by the environment.
const StopVariable = "WORKFLOW_EMERGENCY_STOP"

// own are variables of ours that no workflow is ever shown.
var own = []string{"SHADOWRUN_GOLDEN_KEY", "SHADOWRUN_GOLDEN_KEY_RETIRED", "SHADOWRUN_LISTEN_TOKEN", StopVariable, childVariable}

// environment returns what the configuration lets a workflow see, but for what differs from
// run to run: PATH and HOME, a fixed zone and locale, env and pass_env, the workflow's own last.
func environment(c Config, w WorkflowConfig, lookup func(string) (string, bool)) map[string]string {
	env := map[string]string{"TZ": "UTC", "LC_ALL": "C.UTF-8"}
	for _, name := range slices.Concat([]string{"PATH", "HOME"}, c.PassEnv, w.PassEnv) {
		if value, ok := lookup(name); ok {
			env[name] = value
		}
	}
	for _, set := range []map[string]string{c.Env, w.Env} {
		for name, value := range set {
			env[name] = value
		}
	}
	for _, name := range own {
		delete(env, name)
	}
	return env
}

// copyInto copies a file or a folder of folder from, named relative to it, into folder to.
func copyInto(to, from, name string) error {
	source, target := filepath.Join(from, name), filepath.Join(to, name)
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if inside, err := filepath.Rel(source, to); err == nil && filepath.IsLocal(inside) {
			return fmt.Errorf("%s holds the state folder, and with it the copy; keep the state elsewhere (--state)", source)
		}
		return os.CopyFS(target, os.DirFS(source))
	}
	in, err := openRegular(source, 0)
	if err != nil {
		return err
	}
	defer in.Close()
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
