package drill

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/runbook"
)

// ServiceVariable is the environment variable that says to a block where a service is.
func ServiceVariable(service string) string {
	return "SHADOWRUN_DRILL_" + strings.ToUpper(service) + "_URL"
}

// services are those that a drill knows, with the probes that ask them.
var services = []struct{ name, probe string }{{"health", ""}, {"database", "pgcount"}, {"redis", "redisping"}, {"prometheus", "promalert"}}

// Needs returns the services that a scenario and the steps that it carries out speak of.
func Needs(books []*runbook.Book, s Scenario) (names []string) {
	text := string(s.Text)
	scanned, _ := runbook.ScanScenario(s.Name(), s.Text) // what is wrong with it is told when it is carried out
	for _, u := range scanned.Uses {
		if _, step, err := runbook.FindStep(books, u.Name); err == nil && !u.Whole {
			text += step.Block
		}
		if _, p, err := runbook.FindProcedure(books, u.Name); err == nil && u.Whole {
			for _, step := range p.Steps {
				text += step.Block
			}
		}
	}
	for _, service := range services {
		if strings.Contains(text, ServiceVariable(service.name)) || service.probe != "" && strings.Contains(text, service.probe) {
			names = append(names, service.name)
		}
	}
	return names
}

// ports are where a service is whose URL doesn't say.
var ports = map[string]string{"http": "80", "https": "443", "postgres": "5432", "postgresql": "5432", "redis": "6379", "rediss": "6379"}

// reach returns the URL by which the scenario reaches a service: that of a proxy, unless it is in use.
func (r *run) reach(name, address string) (string, error) {
	if r.Live {
		return address, nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	p, err := startProxy(u.Hostname() + ":" + cmp.Or(u.Port(), ports[u.Scheme]))
	if err != nil {
		return "", err
	}
	r.proxies[name] = p
	u.Host = p.address
	return u.String(), nil
}

// service returns the URL of a service, as the script now has it.
func (r *run) service(name string) (string, error) {
	if address := r.ts.Getenv(ServiceVariable(name)); address != "" {
		return address, nil
	}
	return "", fmt.Errorf("there is no %s: %s is not set", name, ServiceVariable(name))
}

func (r *run) proxy(name string) (*proxy, error) {
	if p := r.proxies[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no service %q is reached through the drill; there are: %s", name, strings.Join(slices.Sorted(maps.Keys(r.proxies)), ", "))
}

func (r *run) dropAll() {
	for _, p := range r.proxies {
		p.drop()
	}
}
