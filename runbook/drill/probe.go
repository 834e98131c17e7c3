package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// probeLimit is how long a service has for an answer.
const probeLimit = 5 * time.Second

// httpGet asks a service: httpget URL PATTERN
func httpGet(r *run, args []string) error {
	if len(args) != 2 {
		return usage("httpget URL PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	if err != nil {
		return usage("httpget URL PATTERN: " + err.Error())
	}
	body, err := r.get(args[0])
	if err != nil {
		return err
	}
	if !pattern.MatchString(body) {
		return fmt.Errorf("%s: no match for `%s` in\n%s", args[0], args[1], tail(body))
	}
	_, err = io.WriteString(r.ts.Stdout(), body)
	return err
}

// get returns what an URL answers with status 200.
func (r *run) get(url string) (string, error) {
	ctx, cancel := context.WithTimeout(r.ctx, probeLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: services are where they are said to be
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestOutput))
	if err != nil {
		return "", fmt.Errorf("%s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s\n%s", url, response.Status, tail(string(body)))
	}
	return string(body), nil
}

// promAlert looks at an alert: promalert NAME firing|pending|inactive
func promAlert(r *run, args []string) error {
	if len(args) != 2 || args[1] != "firing" && args[1] != "pending" && args[1] != "inactive" {
		return usage("promalert NAME firing|pending|inactive")
	}
	url, err := r.service("prometheus")
	if err != nil {
		return err
	}
	body, err := r.get(strings.TrimSuffix(url, "/") + "/api/v1/alerts")
	if err != nil {
		return err
	}
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return fmt.Errorf("%s is no answer of Prometheus: %w", url, err)
	}
	state := "inactive" // it lists the others
	for _, a := range answer.Data.Alerts {
		if a.Labels["alertname"] == args[0] && state != "firing" {
			state = a.State
		}
	}
	if state != args[1] {
		return fmt.Errorf("alert %s is %s, want %s", args[0], state, args[1])
	}
	return nil
}

// comparisons are what pgcount knows.
var comparisons = map[string]func(got, want int64) bool{
	"=": func(a, b int64) bool { return a == b }, "!=": func(a, b int64) bool { return a != b },
	"<": func(a, b int64) bool { return a < b }, "<=": func(a, b int64) bool { return a <= b },
	">": func(a, b int64) bool { return a > b }, ">=": func(a, b int64) bool { return a >= b },
}

// pgCount holds the number that a query answers to another: pgcount QUERY OP N
func pgCount(r *run, args []string) error {
	const how = usage("pgcount 'SELECT …' =|!=|<|<=|>|>= N")
	if len(args) != 3 || comparisons[args[1]] == nil {
		return how
	}
	want, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return how
	}
	url, err := r.service("database")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.ctx, probeLimit)
	defer cancel()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	var got int64
	if err := db.QueryRow(ctx, args[0]).Scan(&got); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	if !comparisons[args[1]](got, want) {
		return fmt.Errorf("%s: %d, want %s %d", args[0], got, args[1], want)
	}
	return nil
}

// A probe's error says all that there is to say: the client's own log would be on the operator's terminal.
func init() { redis.SetLogger(silent{}) }

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// redisPing asks Redis whether it is there: redisping
func redisPing(r *run, args []string) error {
	if len(args) != 0 {
		return usage("redisping")
	}
	url, err := r.service("redis")
	if err != nil {
		return err
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	options.MaxRetries, options.DialerRetries = -1, 1 // eventually tries again, where that is meant
	ctx, cancel := context.WithTimeout(r.ctx, probeLimit)
	defer cancel()
	client := redis.NewClient(options)
	defer client.Close()
	return client.Ping(ctx).Err()
}
