package pipeline

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// looks are the operations that only look.
var looks = []struct {
	name string
	do   func(Operator) (any, error)
}{
	{"status", func(o Operator) (any, error) { return o.Status(id) }},
	{"health", func(o Operator) (any, error) { return o.Health(id) }},
	{"list", func(o Operator) (any, error) { return o.List() }},
	{"history", func(o Operator) (any, error) { return o.History(id, Filter{}) }},
	{"dead letters", func(o Operator) (any, error) { return o.DeadLetters(id) }},
	{"gates", func(o Operator) (any, error) { return o.Gates(id) }},
	{"breakers", func(o Operator) (any, error) { return o.Breakers(id) }},
	{"backups", func(o Operator) (any, error) { return o.Backups(id) }},
	{"doctor", func(o Operator) (any, error) { return o.Doctor() }},
	{"doctor of one", func(o Operator) (any, error) { return o.Doctor(id) }},
	{"check an agent", func(o Operator) (any, error) { return o.CheckAgent("stub") }},
	{"run", func(o Operator) (any, error) {
		return (&Engine{Root: o.Root, Now: o.Now}).Run(context.Background(), id)
	}},
}

// hindrances make operations impossible, each some of them.
var hindrances = []struct {
	name  string
	make  func(root string) error
	says  string   // in each error
	minds []string // who says so; or
	does  []string // who alone does not
}{
	{name: "there is no such project", make: func(root string) error { return os.RemoveAll(store.Dir(root, id)) }, says: "project-1",
		does: []string{"stop all", "start all", "create", "list", "doctor", "check an agent"}},
	{name: "the folder of projects is a file", make: breaks(".somas/projects", ""), says: "not a directory"},
	{name: "an artifact was altered", make: breaks(".somas/projects/project-1/artifacts/intake.md", "other"), says: "artifacts/intake.md",
		does: []string{"restart a damaged one fresh", "reconstruct", "reconstruct what was edited", "accept what was edited", "restore", "create",
			"list", "backups", "doctor", "doctor of one", "check an agent"}},
	{name: "its state can't be written", make: folder(".somas/projects/project-1/state.json.tmp"), says: "state.json.tmp",
		does: []string{"restart a damaged one fresh", "create", "list", "backups", "doctor", "doctor of one", "check an agent"}},
	{name: "the configuration can't be read", make: breaks(".somas/config.yml", "pipeline: ["), says: "config.yml:1:", minds: readers},
	{name: "the configuration is a folder", make: folder(".somas/config.yml"), says: "config.yml: is a directory", minds: readers},
	{name: "an agent's file can't be read", make: breaks(".somas/agents/odd.yml", "stages: ["), says: "odd.yml:1:",
		minds: []string{"reset a breaker", "trip a breaker", "doctor"}},
	{name: "the agents' folder is a file", make: breaks(".somas/agents", ""), says: "not a directory",
		minds: []string{"invoke an agent", "reset a breaker", "trip a breaker", "doctor", "check an agent"}, does: []string{"check an agent"}}, // which has it as a problem
	{name: "the incidents' folder is a file", make: breaks(".somas/incidents", ""), says: ".somas/incidents", minds: []string{"record an incident"}},
	{name: "the log of operations was altered", make: breaks(".somas/operations.jsonl", "{}\n"), says: "operations.jsonl:1: ", minds: enterers},
	{name: "the log of operations is a folder", make: folder(".somas/operations.jsonl"), says: "operations.jsonl: is a directory", minds: enterers},
}

var (
	readers = []string{"invoke an agent", "adjust a gate", "stop all", "start all", "escalate", "escalate what is critical",
		"status", "health", "gates", "breakers", "doctor", "check an agent", "run"}
	enterers = []string{"restart fresh", "restart a damaged one fresh", "stop all", "start all", "escalate what is critical", "doctor"}
)

func breaks(path, content string) func(string) error {
	return func(root string) error {
		path := filepath.Join(root, filepath.FromSlash(path))
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, []byte(content), 0o644)
	}
}

func folder(path string) func(string) error {
	return func(root string) error {
		path := filepath.Join(root, filepath.FromSlash(path))
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		return os.MkdirAll(path, 0o755)
	}
}

func TestWhatIsHinderedSaysSo(t *testing.T) {
	for _, h := range hindrances {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			var does []string
			try := func(name string, s *situation, do func(Operator) error) {
				if h.minds != nil && !slices.Contains(h.minds, name) {
					return
				}
				r := s.rig(t)
				if err := h.make(r.root); err != nil {
					t.Fatal(err)
				}
				switch err := do(r.operator()); {
				case err == nil:
					does = append(does, name)
				case !strings.Contains(err.Error(), h.says):
					t.Errorf("%s: want an error that says %q, got %v", name, h.says, err)
				}
			}
			for _, op := range operations {
				try(op.name, op.rig, func(o Operator) error { _, err := op.do(o); return err })
			}
			for _, l := range looks {
				try(l.name, waiting, func(o Operator) error { _, err := l.do(o); return err })
			}
			if d := cmp.Diff(h.does, does); d != "" {
				t.Errorf("what is done all the same (-want +got)\n%s", d)
			}
		})
	}
}

// Whoever reads our JSON counts the elements of a list: none is [], not null.
func TestListsAreLists(t *testing.T) {
	check := func(name string, v any) {
		t.Helper()
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var fields any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		object, _ := fields.(map[string]any)
		var null []string
		for key, v := range object {
			if v == nil && key != "engine" {
				null = append(null, key)
			}
		}
		slices.Sort(null)
		if null != nil || fields == nil {
			t.Errorf("%s: null: %s", name, strings.Join(null, ", "))
		}
	}
	r := newRig(t, noGates, faulty("plan", 0, ""))
	for _, l := range looks {
		if l.name == "run" {
			continue
		}
		got, err := l.do(r.operator())
		if err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		check(l.name, got)
	}
	nowhere := Operator{Root: t.TempDir(), Now: r.now, Actor: "ops", Reason: "a test"}
	for _, l := range looks {
		if l.name == "list" || l.name == "doctor" || l.name == "check an agent" {
			got, err := l.do(nowhere)
			if err != nil {
				t.Fatalf("%s: %v", l.name, err)
			}
			check(l.name+" of an empty root", got)
		}
	}
}

func TestResponseTimes(t *testing.T) {
	got := map[Severity]string{}
	for _, s := range Severities {
		within, err := s.Response()
		if err != nil {
			t.Error(err)
		}
		got[s] = within.String()
	}
	want := map[Severity]string{"low": "24h0m0s", "medium": "4h0m0s", "high": "1h0m0s", "critical": "15m0s"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
