package serve

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A finding has its own differences and what derives from them, with their values as written; neither
// what a rule covers nor what belongs to another finding.
func TestFindingHasItsDifferences(t *testing.T) {
	status, of := soakStatus(t)
	f, err := readFinding(status.Observation, of.Key)
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{}
	for _, d := range f.Differences {
		got = append(got, []string{d.Path, string(d.Want), string(d.Got), string(d.Class)})
	}
	want := [][]string{{"/3/price", "9007199254740993", "1e400", "violation"}, {"/sum", "1", "2", "derived"}}
	if diff := cmp.Diff(want, got); diff != "" || f.Variant != "again" || f.Omitted != 0 {
		t.Errorf("variant %q, %d omitted (-want +got):\n%s", f.Variant, f.Omitted, diff)
	}
}
