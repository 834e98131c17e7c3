package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/serve"
)

// listenFlags say whether a soak is served, where, and to whom.
type listenFlags struct {
	address   string
	tokenFile string
}

func (f *listenFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.address, "listen", "", "serve metrics, JSON and a live page at this `address`, such as 127.0.0.1:9464 (port 0: a free one)")
	flags.StringVar(&f.tokenFile, "listen-token-file", "", "`file` with the token that who asks must have (default what "+tokenVariable+
		" holds); an address that other machines reach needs one")
}

// tokenVariable holds a token where no file is named.
const tokenVariable = "SHADOWRUN_LISTEN_TOKEN"

// leastToken is how long a token must be, in bytes: what can be guessed is none.
const leastToken = 16

const makeToken = "'head -c 24 /dev/urandom | base64' makes one"

// token returns the token that is asked for, or "".
func (f *listenFlags) token(a *app) (string, error) {
	text, source := []byte(os.Getenv(tokenVariable)), tokenVariable
	if f.tokenFile != "" {
		info, err := os.Stat(f.tokenFile)
		if err != nil {
			return "", fmt.Errorf("--listen-token-file: %w", err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			a.warn("--listen-token-file %s: others than its owner can read it (mode %#o)", f.tokenFile, mode)
		}
		if text, err = os.ReadFile(f.tokenFile); err != nil {
			return "", fmt.Errorf("--listen-token-file: %w", err)
		}
		source = f.tokenFile
	}
	token := bytes.TrimSpace(text)
	if len(token) < leastToken && (len(token) > 0 || f.tokenFile != "") {
		return "", hinted(fmt.Errorf("%s: a token of %d characters can be guessed; want %d or more", source, len(token), leastToken), makeToken)
	}
	return string(token), nil
}

// listen serves what look sees where --listen asks for it. The function that it returns ends that.
func (a *app) listen(f *listenFlags, look func() monitor.Status) (end func(), err error) {
	if f.address == "" {
		if f.tokenFile != "" {
			return nil, hinted(errors.New("--listen-token-file: nothing is served"), "--listen 127.0.0.1:9464 says where to")
		}
		return func() {}, nil
	}
	token, err := f.token(a)
	if err != nil {
		return nil, err
	}
	server, err := serve.Listen(serve.Options{Address: f.address, Token: token, Version: version(), Look: look, Forms: servedForms})
	switch {
	case errors.Is(err, serve.ErrNoToken):
		return nil, hinted(fmt.Errorf("--listen %w", err), "--listen-token-file FILE or "+tokenVariable+" gives one; "+makeToken,
			"--listen 127.0.0.1:9464 serves this machine only, without")
	case errors.Is(err, serve.ErrPortTaken):
		return nil, hinted(fmt.Errorf("--listen %w", err), "another port, or port 0 for one that is free")
	case err != nil:
		return nil, fmt.Errorf("--listen %w", err)
	}
	a.say("serving %s%s", server.URL(), withToken(token))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(ctx); err != nil {
			a.warn("no longer served, the soak goes on: %v", err)
		}
	}()
	return func() { cancel(); <-ended }, nil
}

func withToken(token string) string {
	if token == "" {
		return ""
	}
	return "?token=… to who has the token"
}

// soakStatus is the status of a state folder by its soak's own thresholds.
func soakStatus(dir string) monitor.Status {
	seen := monitor.Look(dir, monitor.Options{})
	return monitor.Status{Observation: seen, Health: monitor.Judge(seen, monitor.ThresholdsOf(seen.Config.Monitor))}
}
