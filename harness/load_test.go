package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

// flow is a workflow that is valid; what a test adds to it is indented by four.
const flow = "workflows:\n  - name: flow\n    command: [python3, flow.py]\n    output: json\n"

// Whatever is wrong is shown with its line, and with what is wanted instead.
func TestParseConfigErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "wrokers: 3\n", "1:1: unknown key \"wrokers\" at the top; did you mean \"workers\"?\n     1 | wrokers: 3\n       | ^"},
		{"with a dash", "fail-on: leak\n", "1:1: unknown key \"fail-on\" at the top; did you mean \"fail_on\"?\n     1 | fail-on: leak\n       | ^"},
		{"unknown key of a workflow", flow + "    wieght: 3\n",
			"5:5: unknown key \"wieght\" under workflows; did you mean \"weight\"?\n     5 |     wieght: 3\n       |     ^"},
		{"a workflow's key at the top", "external: live\n", "1:1: unknown key \"external\" at the top; " +
			"it belongs under each workflow that it is for\n     1 | external: live\n       | ^"},
		{"unlike any key", flow + "rules:\n  - colour: red\n", "6:5: unknown key \"colour\" under rules; " +
			"want one of by, ignore, reason, unordered, volatile, within, workflow\n     6 |   - colour: red\n       |     ^"},
		{"no whole number", "workers: 1.5\n", "1:10: workers: \"1.5\" is no whole number\n     1 | workers: 1.5\n       |          ^"},
		{"octal, to some", "workers: 010\n", "1:10: workers: \"010\" is no whole number\n     1 | workers: 010\n       |          ^"},
		{"a negative seed", "seed: -1\n", "1:7: seed: \"-1\" is no whole number from 0 to 18446744073709551615\n     1 | seed: -1\n       |       ^"},
		{"zero for a default", "seed: 0\n",
			"1:7: seed: 0 would stand for the default; leave the key out for that, or say another value\n     1 | seed: 0\n       |       ^"},
		{"no weight", flow + "    weight: 0\n",
			"5:13: weight: 0 would stand for the default; leave the key out for that, or say another value\n     5 |     weight: 0\n       |             ^"},
		{"not a number", "unknown_rate: .nan\n", "1:15: unknown_rate: \".nan\" is no number\n     1 | unknown_rate: .nan\n       |               ^"},
		{"a rate above 1", "unknown_rate: 1.5\n", "1:15: unknown_rate: 1.5 is out of range; want 0 to 1\n     1 | unknown_rate: 1.5\n       |               ^"},
		{"neither true nor false", flow + "    artifacts: maybe\n",
			"5:16: artifacts: \"maybe\" is neither true nor false\n     5 |     artifacts: maybe\n       |                ^"},
		{"a duration without unit", "timeout: 30\n",
			"1:10: timeout: duration \"30\": want a number with its unit, such as 30s, 5m or 24h\n     1 | timeout: 30\n       |          ^"},
		{"a negative duration", "grace: -1s\n", "1:8: grace: -1s is negative\n     1 | grace: -1s\n       |        ^"},
		{"a negative duration of a workflow", flow + "    timeout: -1s\n", "5:14: workflows[0].timeout: -1s is negative\n     5 |     timeout: -1s\n       |              ^"},
		{"a negative size", flow + "    max_output: -1\n",
			"5:17: max_output: size \"-1\": want a number of bytes, such as 4096, 64MB or 1GiB\n     5 |     max_output: -1\n       |                 ^"},
		{"a size of no unit", flow + "    max_output: 5 parsecs\n",
			"5:17: max_output: size \"5 parsecs\": want a number of bytes, such as 4096, 64MB or 1GiB\n     5 |     max_output: 5 parsecs\n       |                 ^"},
		{"a negative number", flow + "    max_events: -1\n", "5:17: workflows[0].max_events: -1 is negative\n     5 |     max_events: -1\n       |                 ^"},
		{"out of range", "workers: 5000\n", "1:10: workers: 5000 is out of range; want 1 to 4096\n     1 | workers: 5000\n       |          ^"},
		{"a command in one word", "workflows:\n  - name: a\n    command: python3 flow.py\n",
			"3:14: command: want a list, as in [a, b], not a single value\n     3 |     command: python3 flow.py\n       |              ^"},
		{"an empty command", "workflows:\n  - name: a\n    command: []\n",
			"3:14: workflows[0].command: want the program and its arguments, as in [python3, flow.py, \"{seed}\"]\n     3 |     command: []\n       |              ^"},
		{"an empty hook", flow + "    before: [[true], []]\n",
			"5:22: workflows[0].before[1]: want a program and its arguments, as in [[./reset.sh, \"{seed}\"]]\n     5 |     before: [[true], []]\n       |                      ^"},
		{"no way to stop", "stop:\n  in_flight: kill\n", "2:14: stop.in_flight: \"kill\" is not known; want finish or abandon\n     2 |   in_flight: kill\n       |              ^"},
		{"a stop that waits for less than nothing", "stop:\n  timeout: -1s\n", "2:12: stop.timeout: -1s is negative\n     2 |   timeout: -1s\n       |            ^"},
		{"an empty hook of a stop", "stop:\n  hook:\n    disable: [[]]\n",
			"3:15: stop.hook.disable[0]: want a program and its arguments, as in [[./reset.sh, \"{seed}\"]]\n     3 |     disable: [[]]\n       |               ^"},
		{"no output", "workflows:\n  - name: a\n    command: [a]\n",
			"2:9: workflows[0].output: want json, jsonl, text or bytes; 'shadowrun init -- COMMAND' finds out which\n     2 |   - name: a\n       |         ^"},
		{"another output", "workflows:\n  - name: a\n    command: [a]\n    output: xml\n",
			"4:13: workflows[0].output: \"xml\" is not known; want json, jsonl, text or bytes\n     4 |     output: xml\n       |             ^"},
		{"a name twice", flow + "  - name: flow\n", "5:11: workflows[1].name: \"flow\" is taken by an earlier workflow\n     5 |   - name: flow\n       |           ^"},
		{"no name", "workflows:\n  - weight: 3\n", "2:11: workflows[0].name: \"\": want 1 to 64 letters, digits, dots, dashes or underscores, " +
			"the first a letter or digit\n     2 |   - weight: 3\n       |           ^"},
		{"a file outside", flow + "    workdir: fresh\n    files: [a, ../b]\n",
			"6:16: workflows[0].files[1]: \"../b\" leaves the configuration's folder\n     6 |     files: [a, ../b]\n       |                ^"},
		{"files for nothing", flow + "    files: [a]\n",
			"5:12: workflows[0].files: these are copied into a fresh folder only; add workdir: fresh\n     5 |     files: [a]\n       |            ^"},
		{"resumed from nothing", flow + "    variants: [again, resumed]\n", "5:23: workflows[0].variants[1]: resumed needs checkpoints: true, " +
			"and a command that resumes from SHADOWRUN_CHECKPOINT\n     5 |     variants: [again, resumed]\n       |                       ^"},
		{"another variant", "variants: [sideways]\n" + flow,
			"3:9: workflows[0].variants[0]: \"sideways\" is not known; want again, loaded or resumed\n     3 |   - name: flow\n       |         ^"},
		{"a bad pattern", flow + "    fingerprint: ['[a']\n", "5:19: workflows[0].fingerprint[0]: \"[a\": syntax error in pattern\n     5 |     fingerprint: ['[a']\n       |                   ^"},
		{"a variable that can't be", flow + "    env: {A=B: c}\n", "5:10: workflows[0].env: \"A=B\" can't be a variable's name\n     5 |     env: {A=B: c}\n       |          ^"},
		{"a value for a name", flow + "redact: [KEY=secret]\n",
			"5:10: redact[0]: \"KEY=secret\" can't be a variable's name; its value is not said here\n     5 | redact: [KEY=secret]\n       |          ^"},
		{"a rule of two actions", "rules:\n  - {ignore: /a, volatile: /b, reason: x}\n",
			"2:5: rules[0]: 2 actions; want exactly one of ignore, volatile, unordered or within, with the path that it is for\n" +
				"     2 |   - {ignore: /a, volatile: /b, reason: x}\n       |     ^"},
		{"a rule without a reason", "rules:\n  - ignore: /a\n", "2:11: rules[0]: (ignore \"/a\"): no reason: say why this may differ, for whoever audits the rules\n" +
			"     2 |   - ignore: /a\n       |           ^"},
		{"unknown key of the monitor", "monitor: {disk_warn: 80}\n", "1:11: unknown key \"disk_warn\" under monitor; did you mean \"disk_warning\"?\n     1 | monitor: {disk_warn: 80}\n       |           ^"},
		{"more than all of a disk", "monitor: {disk_critical: 101}\n",
			"1:26: monitor.disk_critical: 101 is out of range; want a percentage above 0, up to 100\n     1 | monitor: {disk_critical: 101}\n       |                          ^"},
		{"critical before a warning", "monitor:\n  disk_warning: 80\n  disk_critical: 70\n",
			"3:18: monitor.disk_critical: 70 is below disk_warning, which is 80\n     3 |   disk_critical: 70\n       |                  ^"},
		{"a Prometheus without scheme", "monitor: {prometheus: 'localhost:9090'}\n",
			"1:23: monitor.prometheus: want a URL, as in http://localhost:9090\n     1 | monitor: {prometheus: 'localhost:9090'}\n       |                       ^"},
		{"a password for Prometheus", "monitor: {prometheus: 'http://a:b@localhost'}\n",
			"1:23: monitor.prometheus: want a URL without a user's name or password: the ledger keeps the configuration as it is\n" +
				"     1 | monitor: {prometheus: 'http://a:b@localhost'}\n       |                       ^"},
		{"a rule for no workflow", flow + "rules:\n  - {ignore: /a, reason: x, workflow: folw}\n",
			"6:39: rules[0].workflow: there is no workflow \"folw\"; did you mean \"flow\"?\n" +
				"     6 |   - {ignore: /a, reason: x, workflow: folw}\n       |                                       ^"},
		{"a rule for a workflow unlike any", flow + "rules:\n  - {ignore: /a, reason: x, workflow: orders}\n",
			"6:39: rules[0].workflow: there is no workflow \"orders\"; want one of flow\n" +
				"     6 |   - {ignore: /a, reason: x, workflow: orders}\n       |                                       ^"},
		{"another version", "version: 2\n", "1:10: version: 2 is not known; this shadowrun reads version 1\n     1 | version: 2\n       |          ^"},
		{"a key twice", "seed: 1\nseed: 2\n", "2:1: mapping key \"seed\" already defined at [1:1]\n     2 | seed: 2\n       | ^"},
		{"a second document", "seed: 1\n---\nseed: 2\n", "2:1: a second document; want one\n     2 | ---\n       | ^"},
		{"cut off", "workflows:\n  - name: a\n    command: [a\n", "3:14: sequence end token ']' not found\n     3 |     command: [a\n       |              ^"},
		{"a list", "[]\n", "1:1: the configuration: want keys with values, not a list\n     1 | []\n       | ^"},
		{"an unknown alias", "workflows: [*a]\n", "1:13: alias *a: there is no anchor &a before it\n     1 | workflows: [*a]\n       |             ^"},
		{"an alias of what holds it", "env: &a {A: *a}\n", "1:13: alias *a: there is no anchor &a before it\n     1 | env: &a {A: *a}\n       |             ^"},
		{"a tag", "seed: !!int 3\n", "1:7: tag !!int: tags are not read here; leave it out\n     1 | seed: !!int 3\n       |       ^"},
		{"lines of Windows", "seed: 3\r\nworkers: x\r\n", "2:10: workers: \"x\" is no whole number\n     2 | workers: x\n       |          ^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseConfig("f.yaml", []byte(c.text))
			if err == nil {
				t.Fatalf("no error; want\n%s", c.want)
			}
			if diff := cmp.Diff("f.yaml:"+c.want, err.Error()); diff != "" {
				t.Errorf("want -, got +:\n%s\n%s", diff, err)
			}
		})
	}
}

// A value is what is written, whatever YAML would make of it.
func TestParseConfigKeepsTextAsWritten(t *testing.T) {
	c, err := ParseConfig("f.yaml", []byte(`
workflows:
  - name: 007
    command: [run, 010, 0x10, 1.10, 1e3, yes, null, true, ~, "q\n", 's', .nan, 12:30, 2024-01-02]
    output: json
    env: {A: 010, B: 1.0, C: on, D: "", E: 0o7}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := WorkflowConfig{
		Name: "007", Output: golden.OutputJSON,
		Command: []string{"run", "010", "0x10", "1.10", "1e3", "yes", "", "true", "", "q\n", "s", ".nan", "12:30", "2024-01-02"},
		Env:     map[string]string{"A": "010", "B": "1.0", "C": "on", "D": "", "E": "0o7"},
	}
	if diff := cmp.Diff([]WorkflowConfig{want}, c.Workflows); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestParseConfigAnchors(t *testing.T) {
	c, err := ParseConfig("f.yaml", []byte(`
workflows:
  - &base
    name: a
    command: &command [python3, flow.py]
    output: json
    env: &env {A: "1", B: "1"}
    timeout: 3s
  - <<: *base
    name: b
    timeout: 5s
    env: {<<: *env, B: "2"}
  - {name: c, command: *command, output: text}
`))
	if err != nil {
		t.Fatal(err)
	}
	command, env := []string{"python3", "flow.py"}, map[string]string{"A": "1", "B": "1"}
	want := []WorkflowConfig{
		{Name: "a", Command: command, Output: golden.OutputJSON, Env: env, Timeout: Duration(3 * time.Second)},
		{Name: "b", Command: command, Output: golden.OutputJSON, Env: map[string]string{"A": "1", "B": "2"}, Timeout: Duration(5 * time.Second)},
		{Name: "c", Command: command, Output: golden.OutputText},
	}
	if diff := cmp.Diff(want, c.Workflows); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// A few lines of aliases can stand for billions of values.
func TestParseConfigBillionLaughs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a million values")
	}
	lines := []string{"workflows:", "  - name: a", "    command: &a [x" + strings.Repeat(", x", 2000) + "]", "    before: [*a" + strings.Repeat(", *a", 2000) + "]"}
	_, err := ParseConfig("f.yaml", []byte(strings.Join(lines, "\n")))
	if err == nil || !strings.Contains(err.Error(), "more than 1048576 values, aliases included") {
		t.Errorf("%.200v", err)
	}
}

func TestParseConfigOfNothing(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "space": " \n\n", "a comment": "# nothing\n", "null": "null\n", "a document's start": "---\n", "a byte order mark": "\ufeff"} {
		t.Run(name, func(t *testing.T) {
			c, err := ParseConfig("f.yaml", []byte(text))
			if diff := cmp.Diff(Config{}, c); diff != "" || err != nil {
				t.Errorf("%v: want -, got +:\n%s", err, diff)
			}
		})
	}
}

func TestLoadConfig(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ name, text, want string }{
		{"good", "seed: 3\n", ""},
		{"large", strings.Repeat("#\n", 1<<19) + "#", "NAME: larger than 1048576 bytes; is it a configuration?"},
		{"as large as can be", strings.Repeat("#\n", 1<<19), ""},
		{"binary", "\x7fELF\x02\x01\x01\x00\x00", "NAME:1:1: byte 0x7f is not part of a text in UTF-8; is it a configuration?"},
		{"not UTF-8", "seed: 1\n# gr\xfc\xdfe\n", "NAME:2:5: byte 0xfc is not part of a text in UTF-8; is it a configuration?"},
		{"a control character", "name: ä\x1b[2J\n", "NAME:1:8: byte 0x1b is not part of a text in UTF-8; is it a configuration?"},
		{"a long line", "[" + strings.Repeat(" ", 400) + "]\n", "NAME:1:1: the configuration: want keys with values, not a list"},
		{"gone", "", "open NAME: no such file or directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(dir, "f.yaml")
			os.Remove(name)
			if c.name != "gone" {
				if err := os.WriteFile(name, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			config, err := LoadConfig(name)
			got := ""
			if err != nil {
				got = strings.ReplaceAll(err.Error(), name, "NAME")
			} else if config.Dir != dir {
				t.Errorf("its folder is %s; want %s", config.Dir, dir)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	interval, recheck, rate, yes := Duration(30*time.Second), 1, 0.001, true
	want := Config{
		Version: 1, Seed: 1, Workers: 3, RunsPerCycle: 9, Interval: &interval, Timeout: Duration(time.Minute), Grace: Duration(10 * time.Second),
		Recheck: &recheck, Again: 5, FailOn: "violation", UnknownRate: &rate, Explain: "never", Budget: Budget{240, 10 * time.Minute},
		Stop:    StopConfig{Timeout: Duration(30 * time.Second), InFlight: "finish"},
		Monitor: MonitorConfig{DiskWarning: 90, DiskCritical: 98, GoldenSize: 10 << 30, Interval: Duration(5 * time.Minute)},
		Gate:    GateConfig{Goldens: "testdata/goldens", Seeds: GateSeeds{List: []uint64{1, 2, 3}}, Replays: 5, FailOn: []string{"violation", "drift", "missing"}},
		Workflows: []WorkflowConfig{{
			Name: "a", Command: []string{"a"}, Output: golden.OutputText, Trace: "stdout", Artifacts: &yes, Variants: []Variant{VariantAgain},
			Timeout: Duration(time.Minute), Weight: 1, MaxOutput: 64 << 20, MaxEvents: 2_000_000, MaxProcesses: 256, External: "record",
		}},
	}
	c := Config{Workflows: []WorkflowConfig{{Name: "a", Command: []string{"a"}, Output: golden.OutputText}}}
	if diff := cmp.Diff(want, c.Defaults()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if c.Workflows[0].Weight != 0 {
		t.Error("the configuration itself was changed")
	}
	if diff := cmp.Diff(want, want.Defaults()); diff != "" {
		t.Errorf("of the defaults others: want -, got +:\n%s", diff)
	}
	if err := want.Validate(); err != nil {
		t.Error(err)
	}
	if err := (Config{}).Defaults().Validate(); err == nil || err.Error() != "workflows: none is named; want at least one" {
		t.Error(err)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"seed", "workers", "workflows", "by", "env", "fail_on"}
	for name, want := range map[string]string{
		"sed": "seed", "wokrers": "workers", "workflow": "workflows", "fail-on": "fail_on", "x": "", "": "", "completely_else": "", "b": "by",
	} {
		if got := nearest(name, words); got != want {
			t.Errorf("nearest(%q) = %q; want %q", name, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "4096": 4096, "64MB": 64e6, "64MiB": 64 << 20, "1.5k": 1500, "1 GiB": 1 << 30} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "x", "1e400", "NaN", "9223372036854775808", "18EB", "1 parsec"} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: %d and no error", text, got)
		}
	}
}

// No text makes the parser panic, hang, or return what is neither an error nor a configuration.
func FuzzParseConfig(f *testing.F) {
	for _, text := range []string{
		"", "seed: 3\n", flow, flow + "    env: {A: b}\nrules:\n  - {within: /a, by: 1%, reason: r}\n", "a: &a [*a]", "workflows:\n  - &b {name: a}\n  - <<: *b\n",
		"\ufeff{", "? a\n: b", "seed: !!int 3", "- |\n  x", "\xff\x00", "timeout: 1h\n---\n", "%YAML 1.2\n---\nseed: 1\n", "seed: 1 # c\n#\n", "\"seed\": \"1\"\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig("f.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("error without its file: %v", err)
			}
			return
		}
		c = parsed(c)
		if err := c.Validate(); err != nil && len(c.Workflows) > 0 {
			t.Errorf("it was read, and is not valid: %v", err)
		}
	})
}

// variants: [] says nothing of how to replay, and means the default like a missing key.
func TestNoVariantsMeansTheDefault(t *testing.T) {
	c, err := ParseConfig("c.yaml", []byte("variants: []\nworkflows:\n  - name: a\n    command: [x]\n    output: text\n    variants: []\n"))
	if err != nil {
		t.Fatal(err)
	}
	c = c.Defaults()
	if got := c.Workflows[0].Variants; len(got) != 1 || got[0] != VariantAgain {
		t.Errorf("got %v, want [again]", got)
	}
	NewPlan(c).Cycle(1)
}
