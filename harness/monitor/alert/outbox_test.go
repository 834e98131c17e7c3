package alert

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// answers is a receiver that answers in turn: a status, or an error for 0; the last one goes on.
type answers struct {
	status []int
	header http.Header
	asked  []string // the message's ids
	at     []time.Time
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	n := min(len(a.asked), len(a.status)-1)
	a.asked = append(a.asked, r.Header.Get("webhook-id"))
	a.at = append(a.at, time.Now())
	if a.status[n] == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: a.status[n], Status: fmt.Sprint(a.status[n]), Header: a.header, Body: http.NoBody, Request: r}, nil
}

func message(n int) Message {
	return Message{Opened, n, noon, ledger.Alert{ID: "a", Condition: "stale", Severity: "warning", Opened: noon}}
}

func testReceiver(t *testing.T, url string) *Receiver {
	t.Helper()
	r, err := NewReceiver(harness.WebhookConfig{URL: url, Format: harness.WebhookAlertmanager}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDeliveryIsTriedUntilItIsTaken(t *testing.T) {
	for _, test := range []struct {
		name   string
		status []int
		header http.Header
		want   []string
		within [2]time.Duration // from the first attempt to the last
	}{
		{"taken at once", []int{204}, nil, []string{"a.1", "a.2"}, [2]time.Duration{0, 0}},
		{"down, then up: in order", []int{0, 503, 200}, nil, []string{"a.1", "a.1", "a.1", "a.2"}, [2]time.Duration{2250 * time.Millisecond, 3 * time.Second}},
		{"404, until somebody mends it", []int{404, 200}, nil, []string{"a.1", "a.1", "a.2"}, [2]time.Duration{750 * time.Millisecond, time.Second}},
		{"a redirect is not followed", []int{302, 200}, nil, []string{"a.1", "a.1", "a.2"}, [2]time.Duration{750 * time.Millisecond, time.Second}},
		{"it says when to come back", []int{429, 200}, http.Header{"Retry-After": {"90"}}, []string{"a.1", "a.1", "a.2"}, [2]time.Duration{90 * time.Second, 90 * time.Second}},
		{"and it asks for a day", []int{503, 200}, http.Header{"Retry-After": {"86400"}}, []string{"a.1", "a.1", "a.2"}, [2]time.Duration{longestWait, longestWait}},
		{"down for long", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200}, nil,
			append(strings.Split(strings.Repeat("a.1 ", 12)[:47], " "), "a.2"), [2]time.Duration{(511 + 2*300) * time.Second * 3 / 4, (511 + 2*300) * time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &answers{status: test.status, header: test.header}
				ctx, end := context.WithCancel(t.Context())
				taken := 0
				o := newOutbox(testReceiver(t, "http://receiver/"), &http.Client{Transport: a, CheckRedirect: newClient().CheckRedirect}, Origin{}, time.Now, func(_ Message, _ int, err error) {
					if err == nil {
						if taken++; taken == 2 {
							end()
						}
					}
				})
				o.add(message(1), 0)
				o.add(message(2), 0)
				o.run(ctx)
				if diff := cmp.Diff(test.want, a.asked); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if took := a.at[len(a.at)-1].Sub(a.at[0]); took < test.within[0] || took > test.within[1] {
					t.Errorf("it took %v, want %v", took, test.within)
				}
			})
		})
	}
}

func TestDeliveryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		o := newOutbox(testReceiver(t, "http://receiver/"), &http.Client{Transport: &answers{status: []int{500}}}, Origin{}, time.Now, func(Message, int, error) {})
		o.add(message(1), 0)
		o.run(ctx)
		if len(o.waiting) != 1 {
			t.Errorf("%d wait, want the one that was not taken", len(o.waiting))
		}
	})
}

// The vector is that of the Standard Webhooks specification's reference libraries.
func TestSignature(t *testing.T) {
	keys, err := Secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_" + strings.Repeat("QUFB", 8))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	sign(h, keys[:1], "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got, want := h.Get("webhook-signature"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	sign(h, keys, "m", noon, nil)
	if got := strings.Count(h.Get("webhook-signature"), "v1,"); got != 2 {
		t.Errorf("%d signatures while keys are exchanged, want 2", got)
	}
	for _, bad := range []string{"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw nonsense"} {
		if _, err := Secrets(bad); err == nil {
			t.Errorf("%q: want an error", bad)
		}
	}
}

// A receiver's URL may be all the secret that there is.
func TestNothingTellsTheURL(t *testing.T) {
	r := testReceiver(t, "http://127.0.0.1:1/services/T000/hunter2?token=hunter2")
	err := r.Try(t.Context(), Origin{}, noon)
	if err == nil {
		t.Fatal("somebody listens at port 1")
	}
	if text := err.Error() + r.Name; strings.Contains(text, "hunter2") {
		t.Errorf("it is told: %s", text)
	}
}
