package harness

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

// Whatever a program does, it ends as a recorded result that says what happened.
func TestHostilePrograms(t *testing.T) {
	mode := regexp.MustCompile(`\(mode [0-7]+\)`)
	fault := func(format string, line, column int) string {
		return fmt.Sprintf(`fault {"column":%d,"format":%q,"line":%d}`, column, format, line)
	}
	for _, c := range []struct {
		name string
		w    WorkflowConfig
		want seen
	}{
		{"not there", WorkflowConfig{Command: []string{"./absent.sh"}},
			seen{Status: golden.StatusFault, Message: "program ./absent.sh: no such file or directory"}},
		{"not in the PATH", WorkflowConfig{Command: []string{"no-such-program"}},
			seen{Status: golden.StatusFault, Message: `program "no-such-program" is not in PATH=$PATH: file does not exist: install it, or write it with its folder`}},
		{"not executable", WorkflowConfig{Command: []string{"./not_executable.sh"}},
			seen{Status: golden.StatusFault, Message: "program ./not_executable.sh: not executable (mode): permission denied: chmod +x it, or put its interpreter before it"}},
		{"without its interpreter", WorkflowConfig{Command: []string{"./bad_interpreter.sh"}},
			seen{Status: golden.StatusFault, Message: `program ./bad_interpreter.sh: the interpreter on its first line does not exist: "#!/nonexistent/interpreter": no such file or directory`}},
		{"a folder", WorkflowConfig{Command: []string{"./."}},
			seen{Status: golden.StatusFault, Message: "program ./.: is a folder: permission denied: name the program in it"}},
		{"in no folder", WorkflowConfig{Command: sh("true"), Workdir: "gone"},
			seen{Status: golden.StatusFault, Message: "folder DIR/gone: no such file or directory"}},
		{"silent as JSON", WorkflowConfig{Command: []string{"./silent.sh"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Message: "output is empty; want json", Trace: []string{fault("json", 1, 1)}}},
		{"silent as lines", WorkflowConfig{Command: []string{"./silent.sh"}, Output: golden.OutputJSONL}, seen{Status: golden.StatusOK}},
		{"silent as text", WorkflowConfig{Command: []string{"./silent.sh"}}, seen{Status: golden.StatusOK}},
		{"silent as bytes", WorkflowConfig{Command: []string{"./silent.sh"}, Output: golden.OutputBytes}, seen{Status: golden.StatusOK}},
		{"silent where a file was wanted", WorkflowConfig{Command: []string{"./silent.sh"}, Output: golden.OutputJSON, Trace: "file"},
			seen{Status: golden.StatusOK, Message: "SHADOWRUN_TRACE is empty; want json", Trace: []string{fault("json", 1, 1)}}},
		{"endless", WorkflowConfig{Command: []string{"./endless.sh"}, Timeout: Duration(200 * time.Millisecond)},
			seen{Status: golden.StatusTimeout, Message: "took longer than its 200ms timeout"}},
		{"fails", WorkflowConfig{Command: []string{"./exits.sh", "{seed}"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusExit, Exit: 3, Message: "exit status 3", Trace: []string{`out {"seed":5}`}}},
		{"fails with a large status", WorkflowConfig{Command: sh("exit 200")},
			seen{Status: golden.StatusExit, Exit: 200, Message: "exit status 200"}},
		{"fails and breaks its format", WorkflowConfig{Command: sh("printf nope; exit 1"), Output: golden.OutputJSON},
			seen{Status: golden.StatusExit, Exit: 1, Trace: []string{fault("json", 1, 2), `out "nope"`},
				Message: "exit status 1; output is not json: line 1, column 2: invalid character 'o' in literal null (expecting 'u')"}},
		{"killed", WorkflowConfig{Command: []string{"./segfault.sh", "{seed}"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusSignal, Signal: "SIGSEGV", Message: "killed by SIGSEGV (segmentation fault)", Trace: []string{`out {"seed":5}`}}},
		{"killed by a real-time signal", WorkflowConfig{Command: sh("kill -40 $$")},
			seen{Status: golden.StatusSignal, Signal: "SIG40", Message: "killed by signal 40 (signal 40)"}},
		{"writes to a closed pipe", WorkflowConfig{Command: sh("yes | head -n 1")}, seen{Status: golden.StatusOK, Trace: []string{`out "y\n"`}}},
		{"forks away", WorkflowConfig{Command: []string{"./forks_away.sh", "{seed}"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{`out {"seed":5}`}}},
		{"a daemon", WorkflowConfig{Command: []string{"python3", "daemon.py", "{seed}"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{`out {"seed":5}`}}},
		{"closes its pipes", WorkflowConfig{Command: []string{"python3", "closes_pipes.py", "{seed}"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{`out {"seed":5}`, `artifact "late.txt" {"text":["written after the pipes were closed\n"]}`}}},
		{"a gigabyte of text", WorkflowConfig{Command: []string{"./gigabyte.sh"}, MaxOutput: 64e6},
			seen{Status: golden.StatusLimit, Message: "more than 64000000 bytes of standard output"}},
		{"a gigabyte of bytes", WorkflowConfig{Command: []string{"./gigabyte.sh"}, Output: golden.OutputBytes, MaxOutput: 1e6},
			seen{Status: golden.StatusLimit, Message: "more than 1000000 bytes of standard output"}},
		{"control characters that grow", WorkflowConfig{Command: sh(`head -c 900000 /dev/zero | tr '\0' '\1'`), MaxOutput: 1e6},
			seen{Status: golden.StatusLimit, Message: `event 1: out "": event is too large: over 3048576 bytes (max_output)`}},
		{"a NUL", WorkflowConfig{Command: []string{"./nul.sh"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{fault("json", 1, 12), `out "{\"name\": \"a\u0000b\"}\n"`, `out "\u0000"`},
				Message: `output is not json: line 1, column 12: invalid character '\x00' in string (expecting non-control character)`}},
		{"half a document", WorkflowConfig{Command: []string{"./half.sh"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{fault("json", 1, 52), `out "{\"orders\": [{\"id\": 1, \"total\": 12.5}, {\"id\": 2, \"to"`},
				Message: "output is not json: line 1, column 52: the document ends in the middle of a value"}},
		{"bad UTF-8 as JSON", WorkflowConfig{Command: []string{"./bad_utf8.sh"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{fault("json", 1, 3), `out {"base64":"WyKAIiwgIsCvIiwgIu2ggCJdCg=="}`},
				Message: "output is not json: line 1, column 3: invalid UTF-8"}},
		{"bad UTF-8 as text", WorkflowConfig{Command: []string{"./bad_utf8.sh"}},
			seen{Status: golden.StatusOK, Trace: []string{`out {"base64":"WyKAIiwgIsCvIiwgIu2ggCJdCg=="}`}}},
		{"duplicate keys", WorkflowConfig{Command: []string{"./duplicate_keys.sh"}, Output: golden.OutputJSON},
			seen{Status: golden.StatusOK, Trace: []string{fault("json", 1, 14), `out "{\"total\": 1, \"\\u0074otal\": 2}\n"`},
				Message: "output is not json: line 1, column 14: duplicate object key"}},
		{"one bad line", WorkflowConfig{Command: sh(`echo 1; echo '{"a":'; echo 3`), Output: golden.OutputJSONL},
			seen{Status: golden.StatusOK, Trace: []string{`out 1`, fault("jsonl", 2, 6), `out "{\"a\":"`, `out 3`},
				Message: "output is not jsonl: line 2, column 6: the document ends in the middle of a value"}},
		{"too many lines", WorkflowConfig{Command: []string{"./lines.sh"}, Output: golden.OutputJSONL, MaxEvents: 1000},
			seen{Status: golden.StatusLimit, Message: "output: more than 1000 events (max_events)"}},
		{"too many processes", WorkflowConfig{Command: sh("for i in 1 2 3 4 5 6; do sleep 600 & done; wait"), MaxProcesses: 3},
			seen{Status: golden.StatusLimit, Message: "more than 3 processes at once"}},
		{"a NUL in an argument", WorkflowConfig{Command: []string{"echo", "a\x00b"}}, seen{Status: golden.StatusFault,
			Message: "program /usr/bin/echo: the path, an argument or a variable holds a NUL byte: invalid argument"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && strings.HasPrefix(c.name, "a gigabyte") {
				t.Skip("a gigabyte")
			}
			if c.w.Command[0] == "python3" {
				needs(t, "python3")
			}
			x := commandOf(t, c.w)
			got := see(t, x, planned("hostile", 5))
			got.Message = strings.NewReplacer(x.dir, "DIR", os.Getenv("PATH"), "$PATH").Replace(got.Message)
			got.Message = mode.ReplaceAllString(got.Message, "(mode)")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
