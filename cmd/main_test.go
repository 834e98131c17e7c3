package cmd

import (
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	scriptPrograms["shadowrun"] = func() {
		noteRun()
		Main()
	}
	testscript.Main(leakFree{m}, scriptPrograms)
}

// scriptPrograms are what scripts can start, beside what there is on the machine.
var scriptPrograms = map[string]func(){}

// leakFree runs tests and then looks for goroutines that they left.
type leakFree struct{ *testing.M }

func (m leakFree) Run() int {
	status := m.M.Run()
	if status != 0 {
		return status
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// ranVariable names a file in which every start of shadowrun by a script leaves a byte.
const ranVariable = "SCRIPT_RAN"

func noteRun() {
	name := os.Getenv(ranVariable)
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err == nil {
		_, err = f.Write([]byte{'.'})
		f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}
