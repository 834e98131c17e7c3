package project_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestSchemasEnumerateWhatTheCodeKnows: a stage or an event is added in both places or in neither.
func TestSchemasEnumerateWhatTheCodeKnows(t *testing.T) {
	src, err := project.Schemas.ReadFile("common.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var common struct {
		Defs map[string]struct {
			Enum []string `json:"enum"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(src, &common); err != nil {
		t.Fatal(err)
	}
	var events []project.Event
	for _, row := range project.Table {
		events = append(events, row.Event)
	}
	for name, want := range map[string][]string{
		"stage": text(project.Stages), "status": text(project.Statuses), "stage_status": text(project.StageStatuses),
		"event": text(events), "breaker_state": text(project.BreakerStates), "error_kind": text(project.ErrorKinds),
	} {
		if diff := cmp.Diff(want, common.Defs[name].Enum); diff != "" {
			t.Errorf("%s (-code +schema):\n%s", name, diff)
		}
	}
	if src, err = project.Schemas.ReadFile("config.schema.json"); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Properties struct {
			Monitoring struct {
				Properties struct {
					Notifications struct {
						Properties struct {
							NotifyOn struct {
								Items struct {
									Enum []string `json:"enum"`
								} `json:"items"`
							} `json:"notify_on"`
						} `json:"properties"`
					} `json:"notifications"`
				} `json:"properties"`
			} `json:"monitoring"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(src, &config); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(project.Notifications, config.Properties.Monitoring.Properties.Notifications.Properties.NotifyOn.Items.Enum); diff != "" {
		t.Errorf("notify_on (-code +schema):\n%s", diff)
	}
}

func text[T ~string](of []T) []string {
	var all []string
	for _, v := range of {
		all = append(all, string(v))
	}
	return all
}
