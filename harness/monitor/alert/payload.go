package alert

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/harness"
)

// Origin is where a message comes from.
type Origin struct {
	Host    string
	Dir     string // the state folder
	Version string // of shadowrun
	URL     string // of the page, or ""
}

// payload returns the body and the content type of a message in a receiver's format.
func payload(format harness.WebhookFormat, o Origin, m Message) (body []byte, contentType string, err error) {
	var document any
	contentType = "application/json"
	switch format {
	case harness.WebhookSlack:
		document = slackOf(o, m)
	case harness.WebhookCloudEvents:
		document, contentType = cloudEventOf(o, m), "application/cloudevents+json"
	default:
		document = alertmanagerOf(o, m)
	}
	body, err = json.Marshal(document)
	return body, contentType, err
}

// alertmanager is version 4 of what Alertmanager sends to webhooks.
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
type alertmanager struct {
	Version           string              `json:"version"`
	GroupKey          string              `json:"groupKey"`
	TruncatedAlerts   int                 `json:"truncatedAlerts"`
	Status            string              `json:"status"`
	Receiver          string              `json:"receiver"`
	GroupLabels       map[string]string   `json:"groupLabels"`
	CommonLabels      map[string]string   `json:"commonLabels"`
	CommonAnnotations map[string]string   `json:"commonAnnotations"`
	ExternalURL       string              `json:"externalURL"`
	Alerts            []alertmanagerAlert `json:"alerts"`
}

type alertmanagerAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // the zero time while it fires
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

func alertmanagerOf(o Origin, m Message) alertmanager {
	a := m.Alert
	status := "firing"
	if m.Kind == Resolved || m.Kind == Test {
		status = "resolved"
	}
	labels := map[string]string{"alertname": name(m), "severity": a.Severity, "condition": a.Condition, "instance": o.Host, "job": "shadowrun"}
	notes := map[string]string{"summary": a.Text, "action": m.next(), "state_folder": o.Dir}
	return alertmanager{
		Version: "4", GroupKey: "{}:{alert=" + fmt.Sprintf("%q", a.ID) + "}", Status: status, Receiver: "shadowrun",
		GroupLabels: map[string]string{"alertname": labels["alertname"]}, CommonLabels: labels, CommonAnnotations: notes, ExternalURL: o.URL,
		Alerts: []alertmanagerAlert{{Status: status, Labels: labels, Annotations: notes, StartsAt: a.Opened.UTC(), EndsAt: a.Resolved.UTC(), GeneratorURL: o.URL, Fingerprint: a.ID}},
	}
}

// slack is an incoming webhook's message. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
type slack struct {
	Text string `json:"text"`
}

func slackOf(o Origin, m Message) slack {
	text := fmt.Sprintf("*%s* on %s: %s", slackWord(m), slackText(o.Host), slackText(m.Alert.Text))
	if m.next() != "" {
		text += "\n`" + slackText(m.next()) + "`"
	}
	return slack{text}
}

func slackWord(m Message) string {
	switch m.Kind {
	case Resolved:
		return "resolved: " + m.Alert.Condition
	case Test:
		return "test"
	}
	return m.Alert.Severity + ": " + m.Alert.Condition
}

// cloudEvent is an event of CloudEvents 1.0 in its structured JSON form. https://github.com/cloudevents/spec
type cloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            eventData `json:"data"`
}

type eventData struct {
	Alert     string     `json:"alert"`
	Soak      int64      `json:"soak,omitempty"`
	Condition string     `json:"condition"`
	Severity  string     `json:"severity"`
	Text      string     `json:"text"`
	Next      string     `json:"next,omitempty"`
	Opened    time.Time  `json:"opened"`
	Resolved  *time.Time `json:"resolved,omitempty"`
	Host      string     `json:"host"`
	State     string     `json:"state"`
}

func cloudEventOf(o Origin, m Message) cloudEvent {
	a := m.Alert
	data := eventData{Alert: a.ID, Soak: int64(a.Soak), Condition: a.Condition, Severity: a.Severity, Text: a.Text, Next: m.next(), Opened: a.Opened.UTC(), Host: o.Host, State: o.Dir}
	if !a.Resolved.IsZero() {
		resolved := a.Resolved.UTC()
		data.Resolved = &resolved
	}
	return cloudEvent{"1.0", m.ID(), "/shadowrun/" + o.Host, "shadowrun.alert." + string(m.Kind), a.Condition, m.At.UTC(), "application/json", data}
}
