package cmd

import (
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/harness/stop"
)

// leftStopped is the error that an emergency stop stands on the deployment which did not before the drill, with what ends it.
func (t *tabletopRun) leftStopped() error {
	if t.deployed == nil || t.stood {
		return nil
	}
	dir := t.soakState()
	now, err := stop.Read(dir)
	if err == nil && !now.On {
		return nil
	}
	lift := "shadowrun stop disable --state " + soak.ShellQuote(dir) + ` --reason "the drill is over"`
	hints := []string{}
	switch s := t.deployed.Stop; {
	case t.deployed.Folder != "":
		lift = "cd " + soak.ShellQuote(t.deployed.Folder) + " && " + lift
	case s != nil && s.File != "":
		lift += " --stop-file " + soak.ShellQuote(s.File)
	}
	if s := t.deployed.Stop; s != nil && s.Hook != nil {
		for _, argv := range s.Hook.Disable {
			hints = append(hints, "first: "+shellWords(argv))
		}
	}
	if err != nil {
		return failure{fmt.Errorf("%s may STILL BE STOPPED: %w", t.deployed.Name, err), exitFail, append(hints, lift)}
	}
	return failure{fmt.Errorf("%s is STILL STOPPED: the emergency stop of the drill stands, %s", t.deployed.Name, printable(now.String())), exitFail, append(hints, lift)}
}

func shellWords(argv []string) string {
	words := make([]string, len(argv))
	for i, word := range argv {
		words[i] = soak.ShellQuote(word)
	}
	return strings.Join(words, " ")
}
