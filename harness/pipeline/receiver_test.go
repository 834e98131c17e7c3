package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

var someNotice = Notice{Event: "human_gate_opened", Project: "project-1", Stage: "release", Status: "waiting", At: time.Unix(0, 0).UTC(), Seq: 7}

func TestTell(t *testing.T) {
	posted := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			body, _ := io.ReadAll(r.Body)
			posted <- string(body)
		case "/204":
			body, _ := io.ReadAll(r.Body)
			posted <- string(body)
			w.WriteHeader(http.StatusNoContent)
		case "/299":
			body, _ := io.ReadAll(r.Body)
			posted <- string(body)
			w.WriteHeader(299)
		case "/300":
			w.WriteHeader(http.StatusMultipleChoices)
		case "/moved":
			http.Redirect(w, r, "/ok", http.StatusFound)
		default:
			http.Error(w, "no", http.StatusNotFound)
		}
	}))
	defer server.Close()
	root := t.TempDir()
	got := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	host := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct {
		name          string
		command       []string
		webhook, file string
		to, fails     string
		received      func() string
	}{
		{name: "a program", command: []string{"sh", "-c", "cat > told"}, to: "command sh", received: func() string { return got("told") }},
		{name: "a program that fails", command: []string{"sh", "-c", "echo no route >&2; exit 2"}, to: "command sh", fails: "exit status 2 no route"},
		{name: "no such program", command: []string{"pipeline-test-none"}, to: "command pipeline-test-none", fails: "not started"},
		{name: "a web hook", webhook: server.URL + "/ok?token=secret", to: "webhook of " + host, received: func() string { return <-posted }},
		{name: "a web hook without an answer", webhook: server.URL + "/204", to: "webhook of " + host, received: func() string { return <-posted }},
		{name: "a web hook with an odd answer", webhook: server.URL + "/299", to: "webhook of " + host, received: func() string { return <-posted }},
		{name: "a web hook with choices", webhook: server.URL + "/300", to: "webhook of " + host, fails: "it answered 300 Multiple Choices, not 2xx"},
		{name: "a web hook that is gone", webhook: server.URL + "/none?token=secret", to: "webhook of " + host, fails: "404"},
		{name: "a web hook that moved", webhook: server.URL + "/moved", to: "webhook of " + host, fails: "302"},
		{name: "a web hook where nobody listens", webhook: "http://127.0.0.1:1/?token=secret", to: "webhook of 127.0.0.1:1", fails: "refused"},
		{name: "no URL", webhook: "token\x7fsecret", to: "webhook of an address that is not a URL", fails: "not a URL"},
		{name: "no host", webhook: "hooks/x?token=secret", to: "webhook of an address that is not a URL", fails: "unsupported protocol scheme"},
		{name: "a file", file: "notices.jsonl", to: "file notices.jsonl", received: func() string { return got("notices.jsonl") }},
		{name: "a file in no folder", file: "none/notices.jsonl", to: "file none/notices.jsonl", fails: "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := receivers(root, project.NotificationsConfig{Command: c.command, Webhook: c.webhook, File: c.file})
			if len(all) != 1 {
				t.Fatalf("%d receivers", len(all))
			}
			to, err := all[0].name, all[0].tell(t.Context(), someNotice)
			if d := cmp.Diff(c.to, to); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error()+to, "secret") {
					t.Errorf("want an error that says %q and no secret, got %v", c.fails, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var n Notice
			if err := json.Unmarshal([]byte(c.received()), &n); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(someNotice, n); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// A receiver that does not answer is given up.
func TestTellEnds(t *testing.T) {
	answer := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-answer }))
	defer server.Close()
	defer close(answer)
	ctx, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer end()
	if err := receivers("", project.NotificationsConfig{Webhook: server.URL})[0].tell(ctx, someNotice); err == nil {
		t.Error("told nobody, and said nothing of it")
	}
}

// What can't be said is not told.
func TestNoticeThatCanNotBeSaid(t *testing.T) {
	root := t.TempDir()
	late := someNotice
	late.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := receivers(root, project.NotificationsConfig{File: "notices.jsonl"})[0].tell(t.Context(), late); err == nil || !strings.Contains(err.Error(), "year") {
		t.Errorf("got %v", err)
	}
	if there := files(t, root); len(there) != 0 {
		t.Errorf("it told %q", there)
	}
}

// All receivers that are named are told, in an order; a file may lie elsewhere, is appended to, and is for its owner alone.
func TestReceiversInOrder(t *testing.T) {
	root, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "told.jsonl")
	all := receivers(root, project.NotificationsConfig{Command: []string{"sh", "-c", "true"}, Webhook: "https://hooks.example/x", File: elsewhere})
	var names []string
	for _, r := range all {
		names = append(names, r.name)
	}
	if d := cmp.Diff([]string{"command sh", "webhook of hooks.example", "file " + elsewhere}, names); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if none := receivers(root, project.NotificationsConfig{Enabled: true}); none != nil {
		t.Errorf("of none: %+v", none)
	}
	for range 2 {
		if err := all[2].tell(t.Context(), someNotice); err != nil {
			t.Fatal(err)
		}
	}
	line := `{"event":"human_gate_opened","project":"project-1","stage":"release","status":"waiting","at":"1970-01-01T00:00:00Z","seq":7}` + "\n"
	if d := cmp.Diff(map[string]string{"told.jsonl": line + line}, files(t, filepath.Dir(elsewhere))); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if info, err := os.Stat(elsewhere); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// What a web hook is sent is JSON, and says so.
func TestWebHooksAreSentJSON(t *testing.T) {
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type")
	}))
	defer server.Close()
	if err := receivers("", project.NotificationsConfig{Webhook: server.URL + "/x"})[0].tell(t.Context(), someNotice); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("POST /x application/json", <-got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A program that is told is in the root's folder, and what it says of its failure is told, without what surrounds it.
func TestToldProgramsRunInTheRoot(t *testing.T) {
	root := t.TempDir()
	for _, c := range []struct{ script, says string }{
		{"pwd > where", ""},
		{"echo; echo ' no route ' >&2; exit 2", "exit status 2 no route"},
		{"kill -9 $$", "killed"},
	} {
		err := receivers(root, project.NotificationsConfig{Command: []string{"sh", "-c", c.script}})[0].tell(t.Context(), someNotice)
		if said := fmt.Sprint(err); (err == nil) != (c.says == "") || err != nil && !strings.Contains(said, c.says) {
			t.Errorf("%s: want %q, got %v", c.script, c.says, err)
		}
	}
	where, err := filepath.EvalSymlinks(strings.TrimSpace(files(t, root)["where"]))
	if want, _ := filepath.EvalSymlinks(root); err != nil || where != want {
		t.Errorf("it ran in %q, %v", where, err)
	}
}

// A program that is told has our environment, and of what it says in failing 8 KiB are told.
func TestToldProgramsEnvironmentAndTalk(t *testing.T) {
	tell := func(script string) error {
		return receivers(t.TempDir(), project.NotificationsConfig{Command: []string{"sh", "-c", script}})[0].tell(t.Context(), someNotice)
	}
	if err := tell(`test "$PIPELINE_TEST_OTHER" = other`); err != nil {
		t.Errorf("the environment is not ours: %v", err)
	}
	err := tell(`head -c 9000 /dev/zero | tr '\0' y >&2; exit 1`)
	if got := strings.Count(fmt.Sprint(err), "y"); got != 8<<10 {
		t.Errorf("of 9000 bytes %d are told: want 8192", got)
	}
}

// A web hook's connection is not kept: a pipeline tells of something every hour, and its host may be another by then.
func TestWebHooksConnectionsAreClosed(t *testing.T) {
	states := make(chan http.ConnState, 10)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, 4<<20)) // which nobody reads
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) { states <- s }
	server.Start()
	defer server.Close()
	if err := receivers("", project.NotificationsConfig{Webhook: server.URL})[0].tell(t.Context(), someNotice); err != nil {
		t.Fatal(err)
	}
	want := []http.ConnState{http.StateNew, http.StateActive, http.StateClosed}
	if d := cmp.Diff(want, []http.ConnState{<-states, <-states, <-states}); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A receiver has ten seconds.
func TestReceiversHaveTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		slow := receiver{"slow", func(ctx context.Context, _ []byte) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		if err := slow.tell(t.Context(), someNotice); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 10*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}
