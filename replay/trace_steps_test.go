package replay

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStepsAreTheEventsPointersInOrder(t *testing.T) {
	for _, test := range []struct {
		name, output, events string
		count                string
		want                 []string
	}{
		{"steps of Go", "steps", `{"kind":"step","name":"fetch","value":1}
{"kind":"step","name":"a/b","value":2}
{"kind":"step","name":"fetch","value":3}
`, "3", []string{"/fetch", "/a~1b", "/fetch#2"}},
		{"lines", "jsonl", `{"kind":"out","value":1}
{"kind":"out","value":2}
`, "2", []string{"/0", "/1"}},
		{"one document is no step", "json", `{"kind":"out","value":1}
{"kind":"artifact","name":"a.csv","value":{"text":"x"}}
`, "2", []string{"", "/@artifact/a.csv"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			trace := `{"canonical":"shadowrun-c14n/1","format":"shadowrun-trace/1","output":"` + test.output + `","seed":1,"workflow":"w"}` + "\n" +
				test.events + `{"end":{"events":` + test.count + `,"status":"ok"}}` + "\n"
			got, err := Steps([]byte(trace))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}
