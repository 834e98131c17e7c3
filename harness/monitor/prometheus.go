package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// UpMetric is what a soak that is scraped says of itself: 1 while it is under way.
const UpMetric = "shadowrun_up"

// prometheusLimit bounds the wait for an answer, and maxAnswer what is read of it, in bytes.
const (
	prometheusLimit = 5 * time.Second
	maxAnswer       = 1 << 20
)

// Sample is one value that Prometheus has.
type Sample struct {
	Instance string
	Value    string
}

// AskPrometheus returns what a Prometheus knows by [UpMetric], after five seconds at most. None is no
// error.
func AskPrometheus(ctx context.Context, base string) ([]Sample, error) {
	ctx, end := context.WithTimeoutCause(ctx, prometheusLimit, fmt.Errorf("no answer within %v", prometheusLimit))
	defer end()
	address, err := url.JoinPath(base, "api/v1/query")
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+url.Values{"query": {UpMetric}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, errors.Join(context.Cause(ctx), err)
	}
	return readAnswer(response.Status, body)
}

// readAnswer reads what Prometheus answers to an instant query.
func readAnswer(status string, body []byte) ([]Sample, error) {
	var answer struct {
		Status string
		Error  string
		Data   struct {
			ResultType string
			Result     []struct {
				Metric map[string]string
				Value  [2]any // time, value
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("%s, and no answer of a Prometheus: %w", status, err)
	}
	if answer.Status != "success" || answer.Data.ResultType != "vector" {
		return nil, fmt.Errorf("%s: %q %s", status, answer.Status, answer.Error)
	}
	samples := []Sample{}
	for _, r := range answer.Data.Result {
		samples = append(samples, Sample{r.Metric["instance"], fmt.Sprint(r.Value[1])})
	}
	return samples, nil
}
