package replay

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDerivedNumbers(t *testing.T) {
	const (
		root      = "violation unattributed"
		following = "derived unattributed of "
		duration  = "volatile duration"
	)
	for _, test := range []struct {
		name, want, got string
		out             map[string]string
	}{
		// With a number that stands beside it.
		{"a sum with a steady number", `{"base":1042,"fee":70311,"n":5,"total":71353}`, `{"base":1042,"fee":6950,"n":5,"total":7992}`,
			map[string]string{"/fee": root, "/total": following + "/fee"}},
		{"a sum of two that differ, the graver is the root", `{"elapsed_ms":101.25,"score":877.5,"total":978.75,"x":3}`, `{"elapsed_ms":99.5,"score":512.25,"total":611.75,"x":3}`,
			map[string]string{"/elapsed_ms": duration, "/score": root, "/total": following + "/score"}},
		{"a price times a count", `{"lines":[{"count":7,"price":1203,"sum":8421},{"count":3,"price":99,"sum":297}]}`, `{"lines":[{"count":7,"price":2319,"sum":16233},{"count":3,"price":99,"sum":297}]}`,
			map[string]string{"/lines/0/price": root, "/lines/0/sum": following + "/lines/0/price"}},
		{"a rate, rounded", `{"net":1203.37,"rate":0.19,"tax":228.64}`, `{"net":2319.52,"rate":0.19,"tax":440.71}`,
			map[string]string{"/net": root, "/tax": following + "/net"}},
		{"a sum on one side only", `{"base":1042,"fee":70311,"total":71353}`, `{"base":1042,"fee":6950,"total":7993}`,
			map[string]string{"/fee": root, "/total": root}},
		{"apart by the same, which is nowhere shown", `{"base":1041,"fee":70311,"total":71353}`, `{"base":1041,"fee":6950,"total":7992}`,
			map[string]string{"/fee": root, "/total": root}},
		{"a sum of small numbers says nothing", `{"base":10,"fee":31,"n":5,"total":41}`, `{"base":10,"fee":69,"n":5,"total":79}`,
			map[string]string{"/fee": root, "/total": root}},
		{"a sum with a duration would excuse small numbers", `{"base":10,"elapsed_ms":31,"score":41}`, `{"base":10,"elapsed_ms":69,"score":79}`,
			map[string]string{"/elapsed_ms": duration, "/score": root}},

		// In another form.
		{"cents and euros", `{"cents":134205,"text":"EUR 1,342.05"}`, `{"cents":99871,"text":"EUR 998.71"}`,
			map[string]string{"/cents": root, "/text": following + "/cents"}},
		{"rounded, before what it was", `{"about":12.35,"exact":12.3456789}`, `{"about":97.01,"exact":97.0111112}`,
			map[string]string{"/about": following + "/exact", "/exact": root}},
		{"a share in per cent", `{"share":0.123456,"text":"12.35 % of all"}`, `{"share":0.654321,"text":"65.43 % of all"}`,
			map[string]string{"/share": root, "/text": following + "/share"}},
		{"a sum of durations, and its text", `{"stages_us":[20100,31234],"text":"51.334 ms in 2 stages"}`, `{"stages_us":[20100,41007],"text":"61.107 ms in 2 stages"}`,
			map[string]string{"/stages_us/1": duration, "/text": duration}},
		{"a duration's text, by way of a sum", `{"stages_us":[20100,31234],"text":"51.334 ms in 2 stages","total_us":51334}`, `{"stages_us":[20100,41007],"text":"61.107 ms in 2 stages","total_us":61107}`,
			map[string]string{"/stages_us/1": duration, "/text": "derived duration of /stages_us/1", "/total_us": "derived duration of /stages_us/1"}},
		{"a text with another number that differs", `{"cents":134205,"text":"EUR 1,342.05 for 3"}`, `{"cents":99871,"text":"EUR 998.71 for 4"}`,
			map[string]string{"/cents": root, "/text": root}},
		{"a text that is off by one", `{"cents":134205,"text":"EUR 1,342.06"}`, `{"cents":99871,"text":"EUR 998.72"}`,
			map[string]string{"/cents": root, "/text": root}},
		{"cut off", `{"ratio":0.9134205,"text":"91.34 %"}`, `{"ratio":0.7199871,"text":"71.99 %"}`,
			map[string]string{"/ratio": root, "/text": following + "/ratio"}},
		{"a few digits say nothing", `{"score":3.1,"text":"31 points"}`, `{"score":4.7,"text":"47 points"}`,
			map[string]string{"/score": root, "/text": root}},
		{"two numbers that go together without being one", `{"a":12345,"b":54321}`, `{"a":12346,"b":54322}`,
			map[string]string{"/a": root, "/b": root}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ds := classifyDocuments(t, test.want, test.got)
			if diff := cmp.Diff(test.out, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
				for _, d := range ds {
					t.Log(d.Path, d.Why)
				}
			}
		})
	}
}
