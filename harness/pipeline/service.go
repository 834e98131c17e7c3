package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// BreakerStatus is a service's circuit breaker, and when it lets a call through again.
type BreakerStatus struct {
	Service string `json:"service"`
	project.Breaker
	Until *time.Time `json:"until,omitempty"`
}

// Breakers returns a project's circuit breakers, sorted by service. A service that never failed
// has none.
func (o Operator) Breakers(id string) ([]BreakerStatus, error) {
	config, err := LoadConfig(o.Root)
	if err != nil {
		return nil, err
	}
	p, err := openRead(o.Root, id)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	s := p.State()
	all := []BreakerStatus{}
	for _, service := range slices.Sorted(maps.Keys(s.CircuitBreakers)) {
		b := BreakerStatus{Service: service, Breaker: s.CircuitBreakers[service]}
		if until := b.Breaker.Until(config.ErrorHandling.CircuitBreaker); !until.IsZero() {
			b.Until = &until
		}
		all = append(all, b)
	}
	return all, nil
}

// ResetBreaker closes a service's circuit breaker by hand.
func (o Operator) ResetBreaker(id, service string) (Done, error) {
	return o.breaker("breaker reset", id, service, project.BreakerReset)
}

// TripBreaker opens a service's circuit breaker by hand; only a reset closes it.
func (o Operator) TripBreaker(id, service string) (Done, error) {
	return o.breaker("breaker trip", id, service, project.BreakerTripped)
}

func (o Operator) breaker(operation, id, service string, event project.Event) (Done, error) {
	return o.change(operation, id, func(p *store.Project) (project.Entry, error) {
		known, err := services(o.Root, p.State())
		if err != nil {
			return project.Entry{}, err
		}
		if !slices.Contains(known, service) {
			return project.Entry{}, fmt.Errorf("no agent of %s calls a service %q: expected one of %s", id, service, strings.Join(known, ", "))
		}
		return project.Entry{Event: event, Service: service}, nil
	})
}

// services are those that a project called, or its agents would, sorted.
func services(root string, s project.State) ([]string, error) {
	all := []string{stubService}
	for service := range s.CircuitBreakers {
		all = append(all, service)
	}
	names, err := agentNames(root)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		a, err := loadAgent(root, name)
		if err != nil {
			return nil, err
		}
		if a.Service != "" {
			all = append(all, a.Service)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
