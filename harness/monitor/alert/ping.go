package alert

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// Ping tells a dead-man's switch, as healthchecks.io and its kin have it, that somebody is looking and nothing is critical.
// Its silence means that the monitor, the machine or the network is dead: the switch then alerts by itself.
type Ping struct {
	url    string
	client *http.Client
	soak   ledger.SoakID // that was seen last
	failed bool          // was told last
}

// NewPing returns a ping to a URL.
func NewPing(url string) *Ping { return &Ping{url: url, client: newClient()} }

// after tells of a look: /start once where a soak has begun, /fail once where it has become critical, else that all is
// well.
func (p *Ping) after(ctx context.Context, s monitor.Status) error {
	critical := s.ExitStatus == monitor.SeverityCritical.ExitStatus()
	if critical && p.failed {
		return nil
	}
	what, begins := "", s.Soak.ID != p.soak && s.Phase().UnderWay()
	switch {
	case critical:
		what = "fail"
	case begins:
		what = "start"
	}
	if err := p.post(ctx, what, line(s), s.At); err != nil {
		return err
	}
	p.failed = critical
	if what == "start" {
		p.soak = s.Soak.ID
	}
	return nil
}

func (p *Ping) post(ctx context.Context, what, text string, now time.Time) error {
	u, err := url.Parse(p.url)
	if err != nil {
		return errors.New("its URL can't be used")
	}
	u.Path = path.Join(u.Path, what)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(text))
	if err != nil {
		return errors.New("its URL can't be used")
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	request.Header.Set("User-Agent", "shadowrun")
	return post(p.client, request, now)
}

// line is a status in a line.
func line(s monitor.Status) string {
	parts := []string{string(s.State)}
	for _, c := range s.Conditions {
		parts = append(parts, string(c.ID)+": "+c.Text)
	}
	return strings.Join(parts, "; ")
}
