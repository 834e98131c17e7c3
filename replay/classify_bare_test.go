package replay

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// Nothing is known of what wrote bare files: what is assumed is said, and where the assumption
// would carry the verdict alone, the difference stays a violation.
func TestClassifyBareFilesSaysWhatItAssumes(t *testing.T) {
	none := CauseUnattributed
	for _, test := range []struct {
		name, path, want, got string
		class                 Class
		cause                 Cause
	}{
		{"RFC 3339", "/score", `"2024-05-06T10:15:00Z"`, `"2026-11-22T10:16:41Z"`, volatile, CauseClock},
		{"time of day", "/0", `"10:15:00 ready"`, `"09:00:12 ready"`, volatile, CauseClock},
		{"epochs near each other", "/x", `1795342500`, `1795342601`, volatile, CauseClock},
		{"epochs far apart, named", "/created_at", `1695342500`, `1795342601`, volatile, CauseClock},
		{"duration", "/elapsed_ms", `12`, `15`, volatile, CauseDuration},
		{"pid", "/pid", `12`, `15`, volatile, CausePID},
		{"temporary name", "/f", `"/tmp/tmpab12cd_3"`, `"/tmp/tmpzz9q0x1k"`, volatile, CausePath},
		{"1999", "/t", `"1999-12-31T23:59:59Z"`, `"1999-12-31T23:59:58Z"`, violation, none},
		{"random 32-bit numbers", "/nonce", `1795342500`, `2095342601`, violation, none},
		{"score", "/score", `0.42`, `0.57`, violation, none},
		{"number like a pid", "/n", `4242`, `5151`, violation, none},
		{"host", "/host", `"builder-1"`, `"builder-2"`, violation, none},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := classifyOne(test.path, test.want, test.got, Evidence{})
			if diff := cmp.Diff([]string{string(test.class), string(test.cause)}, []string{string(d.Class), string(d.Cause)}); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, d.Why)
			}
			if d.Class == ClassVolatile && d.Cause != CausePath && !strings.Contains(d.Why, "assumed") {
				t.Errorf("why %q does not say what was assumed", d.Why)
			}
		})
	}
}

func TestWhySaysWhatItWasTakenFrom(t *testing.T) {
	for _, test := range []struct{ name, path, want, got, why string }{
		{"clock", "/t", `"2026-11-22T10:15:00.012Z"`, `"2026-11-22T10:16:40.512Z"`,
			`"2026-11-22T10:15:00.012Z" lies 12ms after its run's start 2026-11-22T10:15:00.000Z; "2026-11-22T10:16:40.512Z" 12ms after its run's start 2026-11-22T10:16:40.500Z`},
		{"clock that is none", "/timestamp", `1795300000`, `1795342601`,
			`none of the known causes: 1795300000 could be an epoch in s but lies 11h48m20s before its run's start 2026-11-22T10:15:00.000Z`},
		{"duration", "/elapsed_ms", `420`, `571`, `0.42 s fits into its run of 1.2s; 0.571 s into its own of 1.3s, and the name elapsed_ms agrees`},
		{"duration that is none", "/elapsed_s", `100`, `571`, `none of the known causes: the name elapsed_s says a duration, but 100 s does not fit into its run of 1.2s`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := classifyOne(test.path, test.want, test.got, Evidence{Want: wantRun, Got: gotRun})
			if diff := cmp.Diff(test.why, d.Why); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClassifyAcrossDifferences(t *testing.T) {
	for _, test := range []struct {
		name, want, got string
		out             map[string]string
	}{
		{"reordered", `["a","b","c"]`, `["c","a","b"]`, map[string]string{"": "violation order"}},
		{"added", `{"a":1}`, `{"a":1,"t":"2026-11-22T10:16:41Z"}`, map[string]string{"/t": "violation unattributed"}},
		{"removed", `{"a":1,"elapsed_ms":3}`, `{"a":1}`, map[string]string{"/elapsed_ms": "violation unattributed"}},
		{"object to array", `{"a":{}}`, `{"a":[]}`, map[string]string{"/a": "violation unattributed"}},
		{"a leak and a violation", `{"score":0.42,"t":1795342500}`, `{"score":0.57,"t":1795342601}`, map[string]string{"/score": "violation unattributed", "/t": "volatile clock"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := classifyDocuments(t, test.want, test.got)
			if diff := cmp.Diff(test.out, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestClassifyFindsOrderInAnArrayThatAlsoChanged(t *testing.T) {
	d := func(kind Kind, path, want, got string) Difference {
		return Difference{Path: path, GotPath: path, Kind: kind, Want: jsontext.Value(want), Got: jsontext.Value(got)}
	}
	ds := []Difference{
		d(Changed, "/xs/0", `"ann"`, `"bob"`), d(Changed, "/xs/1", `"bob"`, `"ann"`), d(Changed, "/xs/2", `"cat"`, `"dog"`),
		d(Removed, "/ys/0", `"eve"`, ""), d(Added, "/ys/4", "", `"eve"`), d(Added, "/ys/5", "", `"fay"`),
		d(Changed, "/o/a", `"ann"`, `"bob"`), d(Changed, "/o/b", `"bob"`, `"ann"`),
	}
	for i, v := range ds {
		if len(v.Want) == 0 {
			ds[i].Want = nil
		}
		if len(v.Got) == 0 {
			ds[i].Got = nil
		}
	}
	var got []string
	for _, d := range Classify(ds, Evidence{}) {
		got = append(got, d.Path+" "+string(d.Cause))
	}
	want := []string{"/xs/0 order", "/xs/1 order", "/xs/2 unattributed", "/ys/0 order", "/ys/4 order", "/ys/5 unattributed", "/o/a unattributed", "/o/b unattributed"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMonotonicReadingsMoveWithTheClock(t *testing.T) {
	got := *gotRun
	got.Host = wantRun.Host
	in := Evidence{Want: wantRun, Got: &got}
	// The second run started 100.5 s after the first.
	for _, test := range []struct {
		name, want, got string
		class           Class
	}{
		{"seconds", `81234.501234`, `81335.112233`, volatile},
		{"nanoseconds", `81234501234000`, `81335112233000`, volatile},
		{"moved too far", `81234.501234`, `81435.112233`, violation},
		{"moved back", `81335.112233`, `81234.501234`, violation},
		{"whole numbers", `81234`, `81335`, violation},
		{"too small to tell", `12.5`, `113.0`, violation},
	} {
		t.Run(test.name, func(t *testing.T) {
			if d := classifyOne("/x", test.want, test.got, in); d.Class != test.class {
				t.Errorf("%s %s: %s", d.Class, d.Cause, d.Why)
			}
		})
	}
	if d := classifyOne("/x", `81234.501234`, `81335.112233`, Evidence{Want: wantRun, Got: gotRun}); d.Class != violation {
		t.Errorf("%s on two hosts: %s", d.Class, d.Why)
	}
}

func FuzzClassify(f *testing.F) {
	for _, seed := range [][3]string{
		{"/t", "2026-11-22T10:15:00Z", "2026-11-22T10:16:41Z"},
		{"/elapsed_ms", "12.5ms", "1m2s"},
		{"/f", "/tmp/tmpab12cd_3/x", "/tmp/tmpzz9q0x1k/x"},
		{"/o", "<Foo object at 0x7f3a1c2b4d60>", "<Foo object at 0x7f91bb2b4d60>"},
		{"/id", "2f1e8a3c-94d7-1c1b-8f6e-0a1b2c3d4e5f", "9c3d1b7a-12e4-7f6a-a9b8-7c6d5e4f3a2b"},
		{"/n", "1e400", "-1e-400"},
		{"/n", "9999-12-31T24:60:60+99:99", "Nov 31 10:15:60 99"},
		{"", "Sun, 22-Nov-26 10:15:01 GMT", "[22/Nov/2026:10:15:01 +0000]"},
	} {
		f.Add(seed[0], seed[1], seed[2], true)
		f.Add(seed[0], seed[1], seed[2], false)
	}
	f.Fuzz(func(t *testing.T, path, want, got string, known bool) {
		in := Evidence{}
		if known {
			in = Evidence{Want: wantRun, Got: gotRun}
		}
		ds := []Difference{{Path: "/a", GotPath: "/a", Kind: Changed, Want: jsontext.Value(`"` + sha(want) + `"`), Got: jsontext.Value(`"` + sha(got) + `"`)}}
		for _, quote := range []bool{true, false} {
			w, g := jsontext.Value(want), jsontext.Value(got)
			if quote {
				w, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(want, ""))
				g, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(got, ""))
			} else if !w.IsValid() || !g.IsValid() {
				continue
			}
			ds = append(ds, Difference{Path: path, GotPath: path, Kind: Changed, Want: w, Got: g})
		}
		first := Classify(ds, in)
		if diff := cmp.Diff(first, Classify(ds, in)); diff != "" {
			t.Errorf("two answers (-first +second):\n%s", diff)
		}
		for _, d := range first {
			if d.Class == "" || d.Cause == "" || d.Why == "" {
				t.Errorf("not filled: %+v", d)
			}
		}
	})
}

// What is assumed of a run of which nothing is known reads as a sentence.
func TestWhySaysWhatIsAssumedOfAClock(t *testing.T) {
	d := classifyOne("/t", `"2026-11-22T10:15:00Z"`, `"2026-11-22T10:16:40Z"`, Evidence{})
	want := `"2026-11-22T10:15:00Z" lies between 2015 and 2040, as any run is assumed to; "2026-11-22T10:16:40Z" between 2015 and 2040, as any run is assumed to`
	if diff := cmp.Diff(want, d.Why); diff != "" {
		t.Errorf("why (-want +got):\n%s", diff)
	}
}
