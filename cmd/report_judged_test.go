package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/report"
)

// A drill may go on while its journal is reported on: what is packed and signed is what was judged.
func TestABundleHasTheJournalsThatWereJudged(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "drill.jsonl")
	header := `{"record":"header","version":1,"id":"d1","who":"ada"}` + "\n"
	if err := os.WriteFile(journal, []byte(header), 0o666); err != nil {
		t.Fatal(err)
	}
	f := &reportFlags{journals: []string{journal}}
	var o report.Options
	if err := addJournals(f, "", &o); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journal, []byte(header+`{"record":"observation","who":"eve","text":"later"}`+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	e := &evidence{f: f}
	if err := e.journals(); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := e.files[0].Write(&packed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(header, packed.String()); diff != "" || e.files[0].Name != "journals/1-drill.jsonl" || len(e.files) != 1 {
		t.Errorf("%s (-judged +packed):\n%s", e.files[0].Name, diff)
	}
}
