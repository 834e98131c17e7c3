package loopback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/shadowrun/shadowrun/runbook/deploy"
)

// Prometheus is a Prometheus with the rules that we deploy, in a hurry: it scrapes five times a second, and a rule fires at once.
type Prometheus struct {
	// Scrapes is the address that it scrapes: a soak or a monitor is to listen there.
	Scrapes string

	folder  *folder
	address string
	server  *server
}

var pending = regexp.MustCompile(`(?m)^ *for: .*\n`)

// StartPrometheus starts one.
func StartPrometheus(ctx context.Context) (p *Prometheus, err error) {
	program, err := find("prometheus")
	if err != nil {
		return nil, err
	}
	p = &Prometheus{}
	if p.Scrapes, err = freeAddress(); err != nil {
		return nil, err
	}
	if p.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if p.folder, err = newFolder("prometheus"); err != nil {
		return nil, err
	}
	err = p.configure()
	if err == nil {
		c := exec.Command(program, "--config.file", "shadowrun-scrape.yml", "--storage.tsdb.path", "data", "--web.listen-address", p.address,
			"--scrape.discovery-reload-interval=100ms") // or the first scrape comes after five seconds
		p.server, err = start(ctx, p.folder.path, c, p.ready)
	}
	if err != nil {
		return nil, fmt.Errorf("start Prometheus: %w", errors.Join(err, p.folder.remove()))
	}
	return p, nil
}

func (p *Prometheus) configure() error {
	kit, err := deploy.Find("prometheus")
	if err != nil {
		return err
	}
	settings := deploy.Defaults()
	settings.Listen = p.Scrapes
	files, err := kit.Files(settings)
	if err != nil {
		return err
	}
	for i, f := range files {
		text := pending.ReplaceAllString(string(f.Content), "")
		text = strings.ReplaceAll(text, "scrape_interval: 15s", "scrape_interval: 200ms")
		if f.Name == "shadowrun-scrape.yml" {
			text = "global: {evaluation_interval: 200ms}\n" + text
		}
		files[i].Content = []byte(text)
	}
	_, err = deploy.Write(p.folder.path, files, false)
	return err
}

func (p *Prometheus) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+"/-/ready", nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// URL is where it is found.
func (p *Prometheus) URL() string { return "http://" + p.address }

// Stop ends it.
func (p *Prometheus) Stop() error {
	return errors.Join(p.server.stop(syscall.SIGKILL), p.folder.remove())
}
