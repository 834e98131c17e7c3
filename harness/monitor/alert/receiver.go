package alert

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Receiver is somebody who is told.
type Receiver struct {
	Name string // its host, and what tells it from others of the same: no part of its URL that could be a secret

	url     string
	format  harness.WebhookFormat
	headers map[string]string
	keys    [][]byte
}

// NewReceiver returns the receiver of a configuration's entry, its variables read with lookup.
func NewReceiver(c harness.WebhookConfig, lookup func(string) (string, bool)) (*Receiver, error) {
	r := &Receiver{url: c.URL, format: c.Format, headers: c.Headers}
	if c.URLEnv != "" {
		text, ok := lookup(c.URLEnv)
		if !ok || text == "" {
			return nil, fmt.Errorf("url_env: the variable %s is not set", c.URLEnv)
		}
		r.url = text
	}
	u, err := url.Parse(r.url)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("url_env: what %s holds is no URL", c.URLEnv)
	}
	if c.SecretEnv != "" {
		text, ok := lookup(c.SecretEnv)
		if !ok {
			return nil, fmt.Errorf("secret_env: the variable %s is not set", c.SecretEnv)
		}
		if r.keys, err = Secrets(text); err != nil {
			return nil, fmt.Errorf("secret_env: what %s holds can't be used: %w", c.SecretEnv, err)
		}
	}
	sum := sha256.Sum256([]byte(r.url))
	r.Name = fmt.Sprintf("%s (%s, %s)", u.Host, c.Format, hex.EncodeToString(sum[:3]))
	return r, nil
}

// answerTime is how long a receiver may take, and answerLength how much of what it says is read.
const (
	answerTime   = 10 * time.Second
	answerLength = 64 << 10
)

// newClient returns a client that follows no redirects: what a receiver was told is for it alone.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &http.Client{
		Transport: transport, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// refusal is a receiver's answer that it did not take a message.
type refusal struct {
	status string
	after  time.Duration // that it asks to wait; 0: it does not say
}

func (r *refusal) Error() string { return "it answered " + r.status }

// send sends a message once.
func (r *Receiver) send(ctx context.Context, client *http.Client, o Origin, m Message, now time.Time) error {
	body, contentType, err := payload(r.format, o, m)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("its URL can't be used")
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("User-Agent", "shadowrun/"+o.Version)
	for name, value := range r.headers {
		request.Header.Set(name, value)
	}
	sign(request.Header, r.keys, m.ID(), now, body)
	return post(client, request, now)
}

// post makes a request and takes any 2xx for an answer. Errors do not show the URL, which may be a secret.
func post(client *http.Client, request *http.Request, now time.Time) error {
	response, err := client.Do(request)
	var where *url.Error
	if errors.As(err, &where) {
		return where.Err
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	io.Copy(io.Discard, io.LimitReader(response.Body, answerLength)) // so that the connection can be used again
	if response.StatusCode/100 == 2 {
		return nil
	}
	return &refusal{response.Status, retryAfter(response.Header.Get("Retry-After"), now)}
}

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// Try sends a message that is about nothing, to see whether the way to the receiver is right.
func (r *Receiver) Try(ctx context.Context, o Origin, now time.Time) error {
	a := ledger.Alert{ID: fmt.Sprintf("test-%x", now.UnixNano()), Condition: "test", Severity: "note", Opened: now, Changed: now, Resolved: now, Messages: 1,
		Text: "a test: alerts about the soaks of this state folder would come this way"}
	return r.send(ctx, newClient(), o, Message{Test, 1, now, a}, now)
}
