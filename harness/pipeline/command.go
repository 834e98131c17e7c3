package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

const (
	maxAnswer = 16 << 20 // bytes that an agent may write
	maxTalk   = 8 << 10  // bytes of standard error that are kept, for its failure's message
)

// command is an agent that is a program. It runs in the root's folder, with PATH, HOME and its
// credentials for an environment; the processes that it leaves die with it.
type command struct {
	argv        []string
	root        string
	credentials []string
}

// Invoke runs the program on a task.
func (c *command) Invoke(ctx context.Context, task Task) (Answer, error) {
	input, _ := json.Marshal(task) // of texts and numbers
	env, err := c.environment()
	if err != nil {
		return Answer{}, err
	}
	var out, talk bytes.Buffer
	result := proc.Run(ctx, proc.Spec{
		Argv: c.argv, Dir: c.root, Env: env, Owner: c.root, Stdin: bytes.NewReader(input),
		Stdout: into(&out), MaxOutput: maxAnswer, Stderr: into(&talk), MaxStderr: maxTalk,
	})
	err = c.ended(ctx, result, talk.String())
	var answer Answer
	if err == nil {
		answer, err = parseAnswer(out.Bytes())
	}
	return answer, c.redact(err)
}

// redact takes credentials out of what a failure says: it is kept in the log for good.
func (c *command) redact(err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	clean := *f
	for _, name := range c.credentials {
		if value := os.Getenv(name); value != "" {
			clean.Message = strings.ReplaceAll(clean.Message, value, "["+name+"]")
		}
	}
	return &clean
}

// environment is the program's, sorted.
func (c *command) environment() (env []string, err error) {
	for _, name := range append([]string{"HOME", "PATH"}, c.credentials...) {
		value, set := os.LookupEnv(name)
		if set && value != "" {
			env = append(env, name+"="+value)
		} else if name != "HOME" {
			return nil, &Failure{Kind: project.Permanent, Message: fmt.Sprintf("the environment has no %s, which the agent needs", name)}
		}
	}
	return append(env, "LC_ALL=C.UTF-8", "TZ=UTC"), nil
}

func (c *command) ended(ctx context.Context, r proc.Result, talk string) error {
	said := ""
	if talk = strings.TrimSpace(talk); talk != "" {
		said = "; it said: " + talk
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case r.Status == proc.Exited && r.Exit == 0:
		return nil
	}
	return &Failure{Kind: project.Permanent, Message: fmt.Sprintf("%s: %s%s", c.argv[0], r, said)}
}

// parseAnswer reads the one JSON document that an agent wrote.
func parseAnswer(text []byte) (a Answer, err error) {
	bad := func(why string) (Answer, error) {
		return Answer{}, &Failure{Kind: project.Permanent, Message: "its answer is not what is expected: " + why +
			` (expected one JSON object such as {"artifacts":{"plan.md":"…"},"measures":{"coverage":91}})`}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return bad(err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("there is more after the first document")
	}
	if a.Error == nil {
		return a, nil
	}
	switch a.Error.Kind {
	case project.Transient, project.Validation, project.Permanent:
		return a, a.Error
	}
	return bad(fmt.Sprintf("error.kind is %q, not transient, validation or permanent", a.Error.Kind))
}

func into(b *bytes.Buffer) func([]byte) error {
	return func(chunk []byte) error {
		b.Write(chunk)
		return nil
	}
}
