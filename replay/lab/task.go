package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Task is one command under a treatment.
type Task struct {
	Treatment Treatment
	Argv      []string      // the command; looked up in the PATH of Env, relative to Dir
	Dir       string        // where it starts; "" here
	Source    string        // what the treatment of workdir copies; "" is Dir: as it is at that moment, with what earlier runs left in it
	Env       []string      // its whole environment before the treatment
	Scratch   string        // an existing private folder for what the treatment needs; the caller removes it
	Report    string        // where the tracer leaves its report: a file, whole when its name appears; "" none
	Watchdog  time.Duration // hard limit; 0 none
	Entrance  *Entrance     // where its connections are made instead; nil: they are left alone

	inside *inside // set in the first process of namespaces of its own, see namespace_linux.go
}

// variable holds what a process of this binary is to do for the lab. The command never sees it.
const variable = "SHADOWRUN_LAB"

// orderFile is the file in Scratch that an order is in where it is too long for a variable.
const orderFile = "order.json"

// longestOrder is the most that is put into the variable: Linux takes 128 KiB for one.
const longestOrder = 64 << 10

// order is what a re-executed process of this binary is to do.
type order struct {
	Task  *Task  `json:",omitempty"`
	File  string `json:",omitempty"` // the order is there instead
	Stage string `json:",omitempty"` // one of stages; "" the tracer
}

// Command returns what to start instead of the task's command: this binary again, which becomes the tracer.
// self is the argv with which this binary, started again, comes to [RunChild]; env is the whole environment to start it in.
//
// The process that it starts has standard input, output and error passed through and exits as the command does, with its
// status or by the same signal; 127 where there is no such command, 126 where it can't be executed, as env(1) has it,
// with a line on standard error. TERM, INT, HUP, QUIT, USR1 and USR2 go on to the command's process group. All
// descendants die with it.
func (t Task) Command(self []string) (argv, env []string, err error) {
	if !hooked {
		return nil, nil, errors.New("lab: this binary can't trace: its main function, or TestMain, must call harness.RunChild (cmd.Main does) before all else")
	}
	if len(self) == 0 {
		return nil, nil, errors.New("lab: how this binary is started again is not said")
	}
	if len(t.Argv) == 0 || t.Argv[0] == "" {
		return nil, nil, errors.New("lab: no program given")
	}
	if err := t.Treatment.Validate(); err != nil {
		return nil, nil, fmt.Errorf("lab: %w", err)
	}
	if t.Scratch, err = filepath.Abs(t.Scratch); err != nil {
		return nil, nil, fmt.Errorf("lab: scratch folder: %w", err)
	}
	if info, err := os.Stat(t.Scratch); err != nil {
		return nil, nil, fmt.Errorf("lab: scratch folder: %w", err)
	} else if !info.IsDir() {
		return nil, nil, fmt.Errorf("lab: scratch folder: %s is none", t.Scratch)
	}
	if t.Report != "" {
		if t.Report, err = filepath.Abs(t.Report); err != nil {
			return nil, nil, fmt.Errorf("lab: report: %w", err)
		}
	}
	text, err := order{Task: &t}.text()
	if err != nil {
		return nil, nil, fmt.Errorf("lab: %w", err)
	}
	return self, []string{variable + "=" + text}, nil
}

// text returns the order as the variable holds it.
func (o order) text() (string, error) {
	text, err := json.Marshal(o)
	if err != nil || len(text) <= longestOrder {
		return string(text), err
	}
	file := filepath.Join(o.Task.Scratch, orderFile)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return "", err
	}
	text, err = json.Marshal(order{File: file})
	return string(text), err
}

// parseOrder is the inverse of text. It removes the file: the command's environment, secrets and all, would lie there for as
// long as it runs.
func parseOrder(text string) (o order, err error) {
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return order{}, err
	}
	if o.File == "" {
		return o, nil
	}
	long, err := os.ReadFile(o.File)
	if err == nil {
		err = os.Remove(o.File)
	}
	if err != nil {
		return order{}, err
	}
	o = order{}
	return o, json.Unmarshal(long, &o)
}
