package replay

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// classifyDocuments compares and classifies two JSON documents and returns, by path, what
// came of each difference.
func classifyDocuments(t *testing.T, want, got string) (map[string]string, []Difference) {
	t.Helper()
	r, err := Compare([]byte(want), []byte(got), JSON, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Classify(r.Differences, Evidence{Want: wantRun, Got: gotRun, WantDoc: []byte(want), GotDoc: []byte(got), Format: JSON})
	out := map[string]string{}
	for _, d := range ds {
		out[d.Path] = string(d.Class) + " " + string(d.Cause)
		if d.Class == ClassDerived {
			out[d.Path] += " of " + d.DerivedFrom
		}
	}
	return out, ds
}

func sha(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

func TestDerivedIsRecomputedOnBothSides(t *testing.T) {
	const (
		clockW, clockG = "2026-11-22T10:15:00Z", "2026-11-22T10:16:41Z"
		uuidW, uuidG   = "2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f", "9c3d1b7a-12e4-4f6a-a9b8-7c6d5e4f3a2b"
	)
	b64 := func(s string) string { b := sha256.Sum256([]byte(s)); return base64.StdEncoding.EncodeToString(b[:]) }
	m5 := func(s string) string { b := md5.Sum([]byte(s)); return hex.EncodeToString(b[:]) }
	crc := func(s string) string { return fmt.Sprint(crc32.ChecksumIEEE([]byte(s))) }
	for _, test := range []struct {
		name, want, got string
		out             map[string]string
		verdict         Verdict
	}{
		{"digest of a string", `{"a":"` + clockW + `","d":"` + sha(clockW) + `"}`, `{"a":"` + clockG + `","d":"` + sha(clockG) + `"}`,
			map[string]string{"/a": "volatile clock", "/d": "derived clock of /a"}, VerdictLeak},
		{"digest before its root", `{"d":"` + sha(clockW) + `","z":"` + clockW + `"}`, `{"d":"` + sha(clockG) + `","z":"` + clockG + `"}`,
			map[string]string{"/z": "volatile clock", "/d": "derived clock of /z"}, VerdictLeak},
		{"digest on one side only", `{"a":"` + clockW + `","d":"` + sha(clockW) + `"}`, `{"a":"` + clockG + `","d":"` + sha("x") + `"}`,
			map[string]string{"/a": "volatile clock", "/d": "violation rng"}, VerdictViolation},
		{"beginning of a digest, prefixed", `{"a":"` + uuidW + `","d":"md5:` + m5(uuidW)[:12] + `"}`, `{"a":"` + uuidG + `","d":"md5:` + m5(uuidG)[:12] + `"}`,
			map[string]string{"/a": "violation rng", "/d": "derived rng of /a"}, VerdictViolation},
		{"base 64", `{"a":"` + clockW + `","d":"sha256-` + b64(clockW) + `"}`, `{"a":"` + clockG + `","d":"sha256-` + b64(clockG) + `"}`,
			map[string]string{"/a": "volatile clock", "/d": "derived clock of /a"}, VerdictLeak},
		{"checksum as a number", `{"a":"` + clockW + `","d":` + crc(clockW) + `}`, `{"a":"` + clockG + `","d":` + crc(clockG) + `}`,
			map[string]string{"/a": "volatile clock", "/d": "derived clock of /a"}, VerdictLeak},
		{"a Java hash code, with a sign", `{"a":"order-1","d":-1207111310}`, `{"a":"order-7","d":-1207111304}`,
			map[string]string{"/a": "violation unattributed", "/d": "derived unattributed of /a"}, VerdictViolation},
		{"FNV, of 64 bits", `{"a":"order-1","d":16061103592383113325}`, `{"a":"order-7","d":16061096995313344059}`,
			map[string]string{"/a": "violation unattributed", "/d": "derived unattributed of /a"}, VerdictViolation},
		{"digest over an object", `{"d":"` + sha(`{"n":1,"t":"`+clockW+`"}`) + `","o":{"n":1,"t":"` + clockW + `"}}`, `{"d":"` + sha(`{"n":1,"t":"`+clockG+`"}`) + `","o":{"n":1,"t":"` + clockG + `"}}`,
			map[string]string{"/o/t": "volatile clock", "/d": "derived clock of /o/t"}, VerdictLeak},
		{"as Python writes it", `{"d":"` + sha(`{"n": "\u00e9", "t": "`+clockW+`"}`) + `","o":{"n":"é","t":"` + clockW + `"}}`, `{"d":"` + sha(`{"n": "\u00e9", "t": "`+clockG+`"}`) + `","o":{"n":"é","t":"` + clockG + `"}}`,
			map[string]string{"/o/t": "volatile clock", "/d": "derived clock of /o/t"}, VerdictLeak},
		{"over a list, joined", `{"d":"` + sha("cold,gift,heavy") + `","l":["cold","gift","heavy"]}`, `{"d":"` + sha("heavy,cold,gift") + `","l":["heavy","cold","gift"]}`,
			map[string]string{"/l": "violation order", "/d": "derived order of /l"}, VerdictViolation},
		{"over numbers, one a line", `{"d":"` + sha("7\n1.5\n"+clockW+"\n") + `","l":[7,1.5,"` + clockW + `"]}`, `{"d":"` + sha("7\n1.5\n"+clockG+"\n") + `","l":[7,1.5,"` + clockG + `"]}`,
			map[string]string{"/l/2": "volatile clock", "/d": "derived clock of /l/2"}, VerdictLeak},
		{"over a list of lists, which has no joined form", `{"d":"` + sha("12") + `","l":[[1],[2]]}`, `{"d":"` + sha("21") + `","l":[[2],[1]]}`,
			map[string]string{"/l": "violation order", "/d": "violation rng"}, VerdictViolation},
		{"over the rest of its object", `{"d":"` + sha(`{"n":1,"t":"`+clockW+`"}`) + `","n":1,"t":"` + clockW + `"}`, `{"d":"` + sha(`{"n":1,"t":"`+clockG+`"}`) + `","n":1,"t":"` + clockG + `"}`,
			map[string]string{"/t": "volatile clock", "/d": "derived clock of /t"}, VerdictLeak},
		{"over the rest, before the time was added", `{"d":"` + sha(`{"n":"approved"}`) + `","n":"approved","t":"` + clockW + `"}`, `{"d":"` + sha(`{"n":"rejected"}`) + `","n":"rejected","t":"` + clockG + `"}`,
			map[string]string{"/n": "violation unattributed", "/t": "volatile clock", "/d": "derived unattributed of /n"}, VerdictViolation},
		{"over two differences, the graver is the root", `{"d":"` + sha(`{"at":"`+clockW+`","n":1}`) + `","o":{"at":"` + clockW + `","n":1}}`, `{"d":"` + sha(`{"at":"`+clockG+`","n":2}`) + `","o":{"at":"` + clockG + `","n":2}}`,
			map[string]string{"/o/n": "violation unattributed", "/o/at": "volatile clock", "/d": "derived unattributed of /o/n"}, VerdictViolation},
		{"a chain of digests",
			`{"a":{"t":"` + clockW + `"},"b":{"p":"` + sha(`{"t":"`+clockW+`"}`) + `"},"c":{"p":"` + sha(`{"p":"`+sha(`{"t":"`+clockW+`"}`)+`"}`) + `"}}`,
			`{"a":{"t":"` + clockG + `"},"b":{"p":"` + sha(`{"t":"`+clockG+`"}`) + `"},"c":{"p":"` + sha(`{"p":"`+sha(`{"t":"`+clockG+`"}`)+`"}`) + `"}}`,
			map[string]string{"/a/t": "volatile clock", "/b/p": "derived clock of /a/t", "/c/p": "derived clock of /a/t"}, VerdictLeak},
		{"two texts joined", `{"d":"` + sha("blue:"+clockW) + `","k":"blue","t":"` + clockW + `"}`, `{"d":"` + sha("blue:"+clockG) + `","k":"blue","t":"` + clockG + `"}`,
			map[string]string{"/t": "volatile clock", "/d": "derived clock of /t"}, VerdictLeak},
		{"a sum of a field", `{"lines":[{"c":120},{"c":333}],"total":453}`, `{"lines":[{"c":120},{"c":408}],"total":528}`,
			map[string]string{"/lines/1/c": "violation unattributed", "/total": "derived unattributed of /lines/1/c"}, VerdictViolation},
		{"a sum, rounded", `{"total":66.75,"xs":[12.343,54.404]}`, `{"total":42.05,"xs":[12.343,29.704]}`,
			map[string]string{"/xs/1": "violation unattributed", "/total": "derived unattributed of /xs/1"}, VerdictViolation},
		{"a mean", `{"mean":150.5,"xs":[100,201]}`, `{"mean":151.5,"xs":[100,203]}`,
			map[string]string{"/xs/1": "violation unattributed", "/mean": "derived unattributed of /xs/1"}, VerdictViolation},
		{"a sum on one side only", `{"total":453,"xs":[120,333]}`, `{"total":529,"xs":[120,408]}`,
			map[string]string{"/xs/1": "violation unattributed", "/total": "violation unattributed"}, VerdictViolation},
		{"not quite a sum", `{"total":454,"xs":[120,333]}`, `{"total":528,"xs":[120,408]}`,
			map[string]string{"/xs/1": "violation unattributed", "/total": "violation unattributed"}, VerdictViolation},
		{"a count", `{"n":2,"xs":["aa","bb"]}`, `{"n":3,"xs":["aa","bb","cc"]}`,
			map[string]string{"/n": "derived unattributed of /xs/2", "/xs/2": "violation unattributed"}, VerdictViolation},
		{"a copy", `{"a":"` + uuidW + `","b":"order ` + uuidW + ` placed"}`, `{"a":"` + uuidG + `","b":"order ` + uuidG + ` placed"}`,
			map[string]string{"/a": "violation rng", "/b": "derived rng of /a"}, VerdictViolation},
		{"a copy, and something else", `{"a":"` + uuidW + `","b":"order ` + uuidW + ` cost 17"}`, `{"a":"` + uuidG + `","b":"order ` + uuidG + ` cost 18"}`,
			map[string]string{"/a": "violation rng", "/b": "violation unattributed"}, VerdictViolation},
		{"the first digits of an id, before it", `{"a":"job 2f1e8a3c","id":"` + uuidW + `"}`, `{"a":"job 9c3d1b7a","id":"` + uuidG + `"}`,
			map[string]string{"/a": "derived rng of /id", "/id": "violation rng"}, VerdictViolation},
		{"an id with the same around it", `{"id":"2f1e8a3c","ref":"order-2f1e8a3c-eu"}`, `{"id":"9c3d1b7a","ref":"order-9c3d1b7a-eu"}`,
			map[string]string{"/id": "violation rng", "/ref": "derived rng of /id"}, VerdictViolation},
		{"the first digits on one side only", `{"a":"job 2f1e8a3c","id":"` + uuidW + `"}`, `{"a":"job 7c3d1b7a","id":"` + uuidG + `"}`,
			map[string]string{"/a": "violation rng", "/id": "violation rng"}, VerdictViolation},
		{"few digits of an id", `{"a":"job 2f1e","id":"` + uuidW + `"}`, `{"a":"job 9c3d","id":"` + uuidG + `"}`,
			map[string]string{"/a": "violation unattributed", "/id": "violation rng"}, VerdictViolation},
		{"moving together is no proof", `{"a":3,"b":3,"elapsed_ms":10}`, `{"a":4,"b":4,"elapsed_ms":11}`,
			map[string]string{"/a": "violation unattributed", "/b": "violation unattributed", "/elapsed_ms": "volatile duration"}, VerdictViolation},
		{"a sum that would excuse", `{"elapsed_ms":[10,20],"score":30}`, `{"elapsed_ms":[10,21],"score":31}`,
			map[string]string{"/elapsed_ms/1": "volatile duration", "/score": "violation unattributed"}, VerdictViolation},
		{"two fields that are each other's copy", `{"total":123456,"xs":[123456]}`, `{"total":123789,"xs":[123789]}`,
			map[string]string{"/total": "derived unattributed of /xs/0", "/xs/0": "violation unattributed"}, VerdictViolation},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ds := classifyDocuments(t, test.want, test.got)
			if diff := cmp.Diff(test.out, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
				for _, d := range ds {
					t.Log(d.Path, d.Why)
				}
			}
			if v := VerdictOf(ds); v != test.verdict {
				t.Errorf("verdict %s, want %s", v, test.verdict)
			}
		})
	}
}

func TestWhatFollowsFromACoveredDifferenceIsALeak(t *testing.T) {
	want, got := `{"d":"`+sha("left")+`","id":"left"}`, `{"d":"`+sha("right")+`","id":"right"}`
	rules, err := NewRuleSet([]Rule{{Path: "/id", Action: Volatile, Reason: "an outside number"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compare([]byte(want), []byte(got), JSON, Options{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	ds := Classify(r.Differences, Evidence{WantDoc: []byte(want), GotDoc: []byte(got), Format: JSON, Covered: []Difference{r.Covered[0].Difference}})
	if v := VerdictOf(ds); v != VerdictLeak || len(ds) != 1 || ds[0].Path != "/d" {
		t.Errorf("verdict %s of %+v, want a leak at /d", v, ds)
	}
}
