package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// receiverTime is how long a receiver may take. A pipeline waits for it, so it is short.
const receiverTime = 10 * time.Second

// Notice is what a receiver is told, as JSON: a program on its standard input, a web hook as
// the body of a POST, a file as a line.
type Notice struct {
	Event   string    `json:"event"` // as in notify_on
	Project string    `json:"project"`
	Stage   string    `json:"stage,omitempty"`
	Status  string    `json:"status"` // of the project
	Message string    `json:"message,omitempty"`
	At      time.Time `json:"at"`
	Seq     int64     `json:"seq"` // of the transition; a notice may come twice, with the same one
}

// receiver is somebody to tell.
type receiver struct {
	name string // as it may stand in a log
	send func(ctx context.Context, body []byte) error
}

// receivers are those that the configuration names.
func receivers(root string, n project.NotificationsConfig) (all []receiver) {
	if len(n.Command) > 0 {
		all = append(all, receiver{"command " + n.Command[0], func(ctx context.Context, body []byte) error {
			return tellCommand(ctx, root, n.Command, body)
		}})
	}
	if n.Webhook != "" {
		all = append(all, receiver{"webhook of " + hostOf(n.Webhook), func(ctx context.Context, body []byte) error {
			return post(ctx, n.Webhook, body)
		}})
	}
	if path := n.File; path != "" {
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		all = append(all, receiver{"file " + n.File, func(_ context.Context, body []byte) error { return appendLine(path, body) }})
	}
	return all
}

// tell delivers a notice.
func (r receiver) tell(ctx context.Context, n Notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	ctx, end := context.WithTimeout(ctx, receiverTime)
	defer end()
	return r.send(ctx, body)
}

func tellCommand(ctx context.Context, root string, argv []string, body []byte) error {
	var talk bytes.Buffer
	r := proc.Run(ctx, proc.Spec{
		Argv: argv, Dir: root, Env: os.Environ(), Owner: root, Stdin: bytes.NewReader(body),
		Timeout: receiverTime, Stderr: into(&talk), MaxStderr: maxTalk,
	})
	if r.Status == proc.Exited && r.Exit == 0 {
		return nil
	}
	return fmt.Errorf("%s %s", r, strings.TrimSpace(talk.String()))
}

func post(ctx context.Context, address string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the address is not a URL") // which may hold a secret
	}
	request.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport, CheckRedirect: noRedirect}).Do(request)
	if err != nil {
		if u, ok := err.(*url.Error); ok {
			err = u.Err // without the address
		}
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %s, not 2xx", response.Status)
	}
	return nil
}

// noRedirect: a POST that is redirected arrives as a GET without its body.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an address that is not a URL"
	}
	return u.Host
}

func appendLine(path string, line []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
