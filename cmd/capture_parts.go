package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/monitor/family"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// versionsJSON is what took part in a soak, and in its capture.
type versionsJSON struct {
	Version      int           `json:"version"`
	Shadowrun    string        `json:"shadowrun"`
	Soak         string        `json:"soak,omitempty"` // that began it
	Go           string        `json:"go"`
	Platform     string        `json:"platform"`
	Kernel       string        `json:"kernel"`
	Interpreters []programJSON `json:"interpreters"`
}

// ownParts are what our own commands show.
func (i *incident) ownParts() []capture.Part {
	full := sync.OnceValue(func() fullJSON { return i.app.lookFull(i.ctx, i.dir) })
	document := func(name string, value func() any) capture.Part {
		return part(name, func(w io.Writer) error { return (&app{out: w}).printJSON(value()) })
	}
	return []capture.Part{
		document("status.json", func() any { return newStatusJSON(i.status) }),
		part("status.txt", func(w io.Writer) error { (&app{out: w}).writeStatus(i.status); return nil }),
		document("debug.json", func() any { return full() }),
		part("debug.txt", func(w io.Writer) error { full().write(w); return nil }),
		document("processes.json", func() any { return i.family }),
		document("versions.json", func() any { return i.versions(i.ctx) }),
		{Name: "doctor.json", Write: func(ctx context.Context, w io.Writer, _ string) (string, error) { return "", i.doctor(ctx, w) }},
		part("host/disk.txt", func(w io.Writer) error {
			for _, d := range i.status.Disks {
				fmt.Fprintf(w, "%s of %s\n", diskText(d), humanize.IBytes(uint64(d.Size)))
			}
			return nil
		}),
	}
}

// doctorPatience is how long doctor may take: on an incident, anything may hang.
const doctorPatience = time.Minute

func (i *incident) doctor(ctx context.Context, w io.Writer) error {
	ctx, end := context.WithTimeoutCause(ctx, doctorPatience, fmt.Errorf("it took longer than %v", doctorPatience))
	defer end()
	c := &cobra.Command{}
	c.SetContext(ctx)
	if err := (&app{voice: i.app.voice, out: w, json: true}).doctor(c); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// soakParts are what the ledger says, for who has no shadowrun at hand to read its extract.
func (i *incident) soakParts() []capture.Part {
	l, id := i.state.Ledger, i.of.ID
	return []capture.Part{
		part("config.yaml", func(w io.Writer) error {
			_, err := io.WriteString(w, i.of.Config)
			return err
		}),
		part("events.jsonl", func(w io.Writer) error { return writeLines(w, l.Events(id)) }),
		part("actions.jsonl", func(w io.Writer) error { return writeLines(w, l.Actions()) }),
	}
}

// writeLines writes rows as JSON, one a line.
func writeLines[T any](w io.Writer, rows iter.Seq2[T, error]) error {
	e := json.NewEncoder(w)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := e.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

// versions asks the interpreters that the workflows are run by for theirs. Only what is known to be one is
// started: another program may do anything when told --version.
func (i *incident) versions(ctx context.Context) versionsJSON {
	v := versionsJSON{Version: jsonVersion, Shadowrun: version(), Soak: i.of.Version, Go: runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Kernel: kernel(), Interpreters: []programJSON{}}
	var known []string
	for _, w := range i.status.Config.Workflows {
		if len(w.Command) == 0 || slices.Contains(known, w.Command[0]) {
			continue
		}
		name := w.Command[0]
		known = append(known, name)
		p := programJSON{Name: name}
		if path, err := exec.LookPath(name); err == nil {
			p.Found, p.About = true, path
		}
		for _, argv := range programs {
			if argv[0] == base(name) {
				p = lookForProgram(ctx, append([]string{name}, argv[1:]...))
			}
		}
		v.Interpreters = append(v.Interpreters, p)
	}
	return v
}

// mask takes out the values of all that redact: names, in the soak's configuration and in the one at hand,
// and the secrets that goldens are sealed with. The values are those of our own environment, of the
// configuration at hand, and of the soak's processes.
func (i *incident) mask() harness.Mask {
	here, err := i.app.readConfig()
	if err != nil {
		here = harness.Config{}
		i.miss("the configuration at hand", fmt.Errorf("for the values that redact: names: %w", err))
	}
	names := slices.Concat(i.status.Config.Redact, here.Redact, []string{soak.SecretVariable, soak.RetiredSecretVariable})
	slices.Sort(names)
	names = slices.Compact(names)
	values := family.Values(i.family.Tree, names)
	for _, name := range names {
		envs := []map[string]string{here.Env, {name: os.Getenv(name)}}
		for _, w := range here.Workflows {
			envs = append(envs, w.Env)
		}
		for _, env := range envs {
			if env[name] != "" {
				values[name] = append(values[name], env[name])
			}
		}
		if len(values[name]) == 0 && slices.Contains(i.status.Config.Redact, name) {
			i.miss("a search for the value of "+name, fmt.Errorf("it is not known here; what the soak recorded is without it"))
		}
	}
	return harness.NewMask(values)
}
