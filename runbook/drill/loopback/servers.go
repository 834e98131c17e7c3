package loopback

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Servers gives each scenario the services that it needs, so that what one breaks is no other's: a database of a PostgreSQL that
// all share, and a Redis, a Prometheus and a service with a health check of its own. The zero value is ready.
type Servers struct {
	mu       sync.Mutex
	postgres *Postgres // started when the first asks for it
}

// Given is what a scenario is given.
type Given struct {
	Services map[string]string // URLs, by health, database, redis and prometheus
	Env      map[string]string
	stops    []func() error
}

// Give starts these services for a scenario of that name. What it gives must be stopped.
func (s *Servers) Give(ctx context.Context, scenario string, services []string) (g *Given, err error) {
	g = &Given{Services: map[string]string{}, Env: map[string]string{}}
	for _, name := range services {
		if err := s.give(ctx, g, scenario, name); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), g.Stop())
		}
	}
	return g, nil
}

func (s *Servers) give(ctx context.Context, g *Given, scenario, service string) error {
	switch service {
	case "health":
		h, err := StartHealth()
		if err != nil {
			return err
		}
		g.take(service, h.URL(), h.Stop)
	case "redis":
		r, err := StartRedis(ctx)
		if err != nil {
			return err
		}
		g.take(service, r.URL(), r.Stop)
	case "prometheus":
		p, err := StartPrometheus(ctx)
		if err != nil {
			return err
		}
		g.take(service, p.URL(), p.Stop)
		// Where a soak or a monitor of the scenario is to listen.
		g.Env["SHADOWRUN_DRILL_LISTEN"] = p.Scrapes
	case "database":
		url, err := s.database(ctx, scenario)
		if err != nil {
			return err
		}
		g.Services[service] = url
	default:
		return errors.New("there is no such service")
	}
	return nil
}

func (g *Given) take(service, url string, stop func() error) {
	g.Services[service] = url
	g.stops = append(g.stops, stop)
}

// Stop ends what only this scenario had.
func (g *Given) Stop() error {
	var all error
	for _, stop := range g.stops {
		all = errors.Join(all, stop())
	}
	return all
}

func (s *Servers) database(ctx context.Context, name string) (url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.postgres == nil {
		if s.postgres, err = StartPostgres(ctx); err != nil {
			s.postgres = nil
			return "", err
		}
	}
	return s.postgres.Database(ctx, name)
}

// Stop ends what all share.
func (s *Servers) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.postgres == nil {
		return nil
	}
	return s.postgres.Stop()
}
