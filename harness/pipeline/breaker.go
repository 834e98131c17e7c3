package pipeline

import (
	"context"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// allowed says whether a service may be called. Where its breaker is open there is an outcome:
// the engine does not wait, who runs it again does.
func (s *session) allowed(ctx context.Context, service string) (*Outcome, error) {
	if service == "" {
		return nil, nil
	}
	breaker := s.project.State().CircuitBreakers[service]
	after, event, ok := breaker.Allow(s.Now(), s.config.ErrorHandling.CircuitBreaker)
	if !ok {
		out := &Outcome{Why: WhyBreaker, Service: service, Message: "it was tripped by hand: only a reset closes it"}
		if until := breaker.Until(s.config.ErrorHandling.CircuitBreaker); !until.IsZero() {
			out.Until, out.Message = &until, ""
		}
		return out, nil
	}
	if event == "" {
		return nil, nil
	}
	return nil, s.append(ctx, after.Entry(event, service))
}

// count counts a call's outcome in the breaker of the service: that of the agent, or the one that
// the failure names. Only a transient failure is the service's; who answers badly answers.
func (s *session) count(ctx context.Context, service string, failure *Failure) error {
	if failure != nil && failure.Service != "" {
		service = failure.Service
	}
	if service == "" {
		return nil
	}
	breaker, config := s.project.State().CircuitBreakers[service], s.config.ErrorHandling.CircuitBreaker
	after, event := breaker.Succeeded(config)
	if failure != nil && failure.Kind == project.Transient {
		after, event = breaker.Failed(s.Now(), config)
	}
	if event == "" {
		return nil
	}
	return s.append(ctx, after.Entry(event, service))
}
