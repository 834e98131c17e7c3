package replay

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// The two runs of the tests: 1.2 s from 10:15:00, and 1.3 s from 10:16:40.5 on another host.
var (
	wantRun = &Circumstances{
		RunID: "r1", Start: time.Date(2026, 11, 22, 10, 15, 0, 0, time.UTC), End: time.Date(2026, 11, 22, 10, 15, 1, 200e6, time.UTC),
		PIDs: []int{4242, 4250, 7}, Host: "builder-1.example.org", Dirs: []string{"/runs/a/tmp", "/runs/a/out"}, Home: "/home/ann", User: "ann",
	}
	gotRun = &Circumstances{
		RunID: "r1", Start: time.Date(2026, 11, 22, 10, 16, 40, 500e6, time.UTC), End: time.Date(2026, 11, 22, 10, 16, 41, 800e6, time.UTC),
		PIDs: []int{5151, 5160, 9}, Host: "builder-2.example.org", Dirs: []string{"/runs/b/tmp", "/runs/b/out"}, Home: "/home/bob", User: "bob",
	}
)

func classifyOne(path, want, got string, in Evidence) Difference {
	d := Difference{Path: path, GotPath: path, Kind: Changed, Want: jsontext.Value(want), Got: jsontext.Value(got)}
	return Classify([]Difference{d}, in)[0]
}

const (
	volatile  = ClassVolatile
	violation = ClassViolation
)

func TestClassifyByEvidence(t *testing.T) {
	none := CauseUnattributed
	for _, test := range []struct {
		name, path, want, got string
		class                 Class
		cause                 Cause
	}{
		// Clock readings, in any field.
		{"RFC 3339", "/score", `"2026-11-22T10:15:00.5Z"`, `"2026-11-22T10:16:41Z"`, volatile, CauseClock},
		{"RFC 3339, other zone", "/at", `"2026-11-22T12:15:00+02:00"`, `"2026-11-22T12:16:41+02:00"`, volatile, CauseClock},
		{"no zone", "/at", `"2026-11-22 10:15:00.123456"`, `"2026-11-22 10:16:40.623456"`, volatile, CauseClock},
		{"local time", "/at", `"2026-11-22T15:45:00"`, `"2026-11-22T15:46:41"`, volatile, CauseClock},
		{"local times in two zones", "/at", `"2026-11-22T15:45:00"`, `"2026-11-22T12:16:41"`, violation, none},
		{"RFC 1123", "/at", `"Sun, 22 Nov 2026 10:15:01 GMT"`, `"Sun, 22 Nov 2026 10:16:41 GMT"`, volatile, CauseClock},
		{"ctime", "/at", `"Sun Nov 22 10:15:01 2026"`, `"Sun Nov 22 10:16:41 2026"`, volatile, CauseClock},
		{"date(1)", "/at", `"Sun Nov 22 10:15:01 UTC 2026"`, `"Sun Nov 22 10:16:41 UTC 2026"`, volatile, CauseClock},
		{"syslog", "/0", `"Nov 22 10:15:01 begin"`, `"Nov 22 10:16:41 begin"`, volatile, CauseClock},
		{"common log", "/0", `"[22/Nov/2026:10:15:01 +0000] GET /"`, `"[22/Nov/2026:10:16:41 +0000] GET /"`, volatile, CauseClock},
		{"ISO basic in a file name", "/file", `"report-20261122T101500Z.txt"`, `"report-20261122T101641Z.txt"`, volatile, CauseClock},
		{"file name with dashes", "/file", `"run_2026-11-22_10-15-00.log"`, `"run_2026-11-22_10-16-41.log"`, volatile, CauseClock},
		{"fourteen digits", "/file", `"20261122101500"`, `"20261122101641"`, volatile, CauseClock},
		{"time of day", "/t", `"10:15:00"`, `"10:16:41"`, volatile, CauseClock},
		{"Go's time", "/t", `"2026-11-22 10:15:00.25 +0000 UTC m=+0.002"`, `"2026-11-22 10:16:41.25 +0000 UTC m=+0.003"`, volatile, CauseClock},
		{"Go's log", "/0", `"2026/11/22 10:15:00 started"`, `"2026/11/22 10:16:41 started"`, volatile, CauseClock},
		{"minute", "/t", `"2026-11-22T10:15Z"`, `"2026-11-22T10:16Z"`, volatile, CauseClock},
		{"epoch s called score", "/score", `1795342500`, `1795342601`, volatile, CauseClock},
		{"epoch s, float", "/score", `1795342500.25`, `1795342601.125`, volatile, CauseClock},
		{"epoch ms", "/x", `1795342500250`, `1795342601125`, volatile, CauseClock},
		{"epoch ms, float", "/x", `1795342500250.75`, `1795342601125.5`, volatile, CauseClock},
		{"epoch µs", "/x", `1795342500250000`, `1795342601125000`, volatile, CauseClock},
		{"epoch ns", "/x", `1795342500250000000`, `1795342601125000000`, volatile, CauseClock},
		{"epoch as digits", "/x", `"1795342500"`, `"1795342601"`, volatile, CauseClock},
		{"epoch with an exponent", "/x", `1.795342500e9`, `1.795342601e9`, volatile, CauseClock},
		{"epoch in text", "/0", `"job-1795342500-a"`, `"job-1795342601-a"`, volatile, CauseClock},
		{"rest differs", "/0", `"2026-11-22T10:15:00Z cost 41"`, `"2026-11-22T10:16:41Z cost 57"`, violation, none},
		{"rest differs in a sign", "/0", `"2026-11-22T10:15:00Z: +"`, `"2026-11-22T10:16:41Z: -"`, violation, none},
		{"several readings", "/0", `"2026-11-22T10:15:00Z worker 4242 took 12.5ms"`, `"2026-11-22T10:16:41Z worker 5151 took 3ms"`, volatile, CauseClock},
		// Not clock readings, whatever their names.
		{"timestamp of another day", "/timestamp", `"2026-11-23T10:15:00Z"`, `"2026-11-24T10:16:41Z"`, violation, none},
		{"timestamp of 1999", "/timestamp", `"1999-12-31T23:59:59Z"`, `"1999-12-31T23:59:58Z"`, violation, none},
		{"only one in its run", "/timestamp", `"2026-11-22T10:15:00Z"`, `"2026-11-22T10:15:00.5Z"`, violation, none},
		{"the other's run", "/timestamp", `"2026-11-22T10:16:41Z"`, `"2026-11-22T10:15:00Z"`, violation, none},
		{"epoch outside", "/timestamp", `1795300000`, `1795300001`, violation, none},
		{"epoch an hour off", "/timestamp", `1795346100`, `1795346201`, violation, none},
		{"seed like an epoch", "/seed_time", `1700000000`, `1700000042`, violation, none},
		{"decimal of an epoch's digits", "/v", `17953425.00`, `17953426.01`, violation, none},
		{"no such month", "/t", `"2026-13-22T10:15:00Z"`, `"2026-13-22T10:16:41Z"`, violation, none},
		{"negative epoch", "/t", `-1795342500`, `-1795342601`, violation, none},
		// Durations need a name or a unit, and have to fit.
		{"elapsed", "/elapsed", `0.42`, `0.57`, volatile, CauseDuration},
		{"elapsed ms", "/elapsed_ms", `420`, `571`, volatile, CauseDuration},
		{"camel case", "/stats/durationMs", `420`, `571`, volatile, CauseDuration},
		{"zero on one side", "/elapsed_ms", `0`, `1`, volatile, CauseDuration},
		{"with exponent", "/latency", `5.1e-05`, `4.9e-05`, volatile, CauseDuration},
		{"unit", "/note", `"12.3ms"`, `"9.8ms"`, volatile, CauseDuration},
		{"Go's duration", "/note", `"1.0234s"`, `"987.1ms"`, volatile, CauseDuration},
		{"timedelta", "/note", `"0:00:01.100000"`, `"0:00:01.200000"`, volatile, CauseDuration},
		{"rounded up", "/note", `"finished in 1 seconds"`, `"finished in 2 seconds"`, volatile, CauseDuration},
		{"score in [0,1)", "/score", `0.42`, `0.57`, violation, none},
		{"random in [0,1), nameless", "/0", `0.42`, `0.57`, violation, none},
		{"small integers", "/n", `3`, `4`, violation, none},
		{"elapsed too long", "/elapsed_s", `120.5`, `130.25`, violation, none},
		{"elapsed in whatever unit, too long", "/elapsed", `12000.5`, `13000.25`, violation, none},
		{"elapsed too long on one side", "/elapsed_ms", `900`, `1400`, violation, none},
		{"negative", "/elapsed", `-0.5`, `0.5`, violation, none},
		{"backoff is planned, not measured", "/backoff_ms", `420`, `571`, violation, none},
		{"random time", "/random_time", `0.42`, `0.57`, violation, none},
		{"duration score", "/duration_score", `0.42`, `0.57`, violation, none},
		{"timeout with unit", "/timeout", `"12.3ms"`, `"9.8ms"`, violation, none},
		// Identities.
		{"pid", "/build_number", `4242`, `5151`, volatile, CausePID},
		{"pid of a child, in text", "/0", `"[worker-4250] ready"`, `"[worker-5160] ready"`, volatile, CausePID},
		{"pid in a word", "/0", `"pid4242"`, `"pid5151"`, volatile, CausePID},
		{"pid of the other run", "/pid", `5151`, `4242`, violation, none},
		{"nearly a pid", "/pid", `4243`, `5152`, violation, none},
		{"pid on one side only", "/n", `4242`, `5152`, violation, none},
		{"small pid", "/count", `7`, `9`, violation, none},
		{"small pid, named", "/pid", `7`, `9`, volatile, CausePID},
		{"host", "/where", `"builder-1.example.org"`, `"builder-2.example.org"`, volatile, CauseHostname},
		{"short host in a URL", "/where", `"http://builder-1:80/"`, `"http://builder-2:80/"`, volatile, CauseHostname},
		{"host within a word", "/where", `"xbuilder-1.example.orgx"`, `"xbuilder-2.example.orgx"`, violation, none},
		{"host that goes on", "/where", `"builder-12"`, `"builder-22"`, violation, none},
		{"folder", "/f", `"/runs/a/tmp/x.csv"`, `"/runs/b/tmp/x.csv"`, volatile, CausePath},
		{"folder, rest differs", "/f", `"/runs/a/tmp/x1.csv"`, `"/runs/b/tmp/x2.csv"`, violation, none},
		{"home", "/f", `"/home/ann/.cache"`, `"/home/bob/.cache"`, volatile, CausePath},
		{"user", "/f", `"by ann"`, `"by bob"`, volatile, CauseUser},
		{"Python's temporary name", "/f", `"/tmp/tmpab12cd_3/out.txt"`, `"/tmp/tmpzz9q0x1k/out.txt"`, volatile, CausePath},
		{"mktemp", "/f", `"/tmp/tmp.QAYbh9TXmF"`, `"/tmp/tmp.q3pRdqUYcO"`, volatile, CausePath},
		{"Go's temporary name", "/f", `"/tmp/job1234567890/x"`, `"/tmp/job987654321/x"`, volatile, CausePath},
		{"temporary name in own folder", "/f", `"/runs/a/tmp/tmpab12cd_3"`, `"/runs/b/tmp/tmpzz9q0x1k"`, volatile, CausePath},
		{"Python's temporary names of letters", "/f", `"/tmp/tmpabcdefgh"`, `"/tmp/tmpqwertyui"`, volatile, CausePath},
		{"Python's temporary name with a prefix", "/f", `"/tmp/chunks-abcdefgh.txt"`, `"/tmp/chunks-q3ertyu_.txt"`, volatile, CausePath},
		{"mkdtemp without a separator", "/f", `"/tmp/workflowQz81cd/x"`, `"/tmp/workflowab7TdA/x"`, volatile, CausePath},
		{"a random number in /tmp", "/f", `"/tmp/result123456"`, `"/tmp/result987654"`, violation, none},
		{"a counter in /tmp", "/f", `"/tmp/fileA00001"`, `"/tmp/fileA00002"`, violation, none},
		{"chosen name in /tmp", "/f", `"/tmp/result-000123"`, `"/tmp/result-000124"`, violation, none},
		{"chosen word in /tmp", "/f", `"/tmp/oranges"`, `"/tmp/bananas"`, violation, none},
		{"object", "/o", `"<Foo object at 0x7f3a1c2b4d60>"`, `"<Foo object at 0x7f91bb2b4d60>"`, volatile, CauseAddress},
		{"other object", "/o", `"<Foo object at 0x7f3a1c2b4d60>"`, `"<Bar object at 0x7f91bb2b4d60>"`, violation, none},
		{"Java object", "/o", `"Foo@1b6d3586"`, `"Foo@4554617c"`, volatile, CauseAddress},
		{"Go pointer", "/o", `"0xc000012345"`, `"0xc0000a2345"`, volatile, CauseAddress},
		{"id()", "/o", `139817324123456`, `140012873459712`, volatile, CauseAddress},
		{"not an address", "/o", `"0xdeadbeef"`, `"0xcafe1234"`, violation, none},
		{"ephemeral port", "/u", `"http://127.0.0.1:45123/x"`, `"http://127.0.0.1:39201/x"`, volatile, CauseAddress},
		{"chosen port", "/u", `"http://127.0.0.1:8080/x"`, `"http://127.0.0.1:8081/x"`, violation, none},
		{"number in the range of ports", "/n", `45123`, `39201`, violation, none},
		// Random tokens.
		{"UUID v4", "/etag", `"2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f"`, `"9c3d1b7a-12e4-4f6a-a9b8-7c6d5e4f3a2b"`, violation, CauseRNG},
		{"UUID v4 in text", "/id", `"order-2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f"`, `"order-9c3d1b7a-12e4-4f6a-a9b8-7c6d5e4f3a2b"`, violation, CauseRNG},
		{"UUID v4, bare", "/id", `"2f1e8a3c94d74c1b8f6e0a1b2c3d4e5f"`, `"9c3d1b7a12e44f6aa9b87c6d5e4f3a2b"`, violation, CauseRNG},
		{"UUID v7", "/id", `"01a02030-4c5d-7c1b-8f6e-0a1b2c3d4e5f"`, `"01a02030-5c5d-7f6a-a9b8-7c6d5e4f3a2b"`, violation, CauseRNG},
		{"UUID v5", "/id", `"2f1e8a3c-94d7-5c1b-8f6e-0a1b2c3d4e5f"`, `"9c3d1b7a-12e4-5f6a-a9b8-7c6d5e4f3a2b"`, violation, none},
		{"hexadecimal token", "/id", `"8f3a1c2b9d4e5f60"`, `"1b7a94d7c3e20f58"`, violation, CauseRNG},
		{"base 64 token", "/id", `"pX9+Qm3/7vLk2ZtR0aBcDw=="`, `"Ga1b8uYh/4Nf6Xe0Oq+J5g=="`, violation, CauseRNG},
		{"token and clock", "/0", `"2026-11-22T10:15:00Z id=8f3a1c2b9d4e5f60"`, `"2026-11-22T10:16:41Z id=1b7a94d7c3e20f58"`, violation, CauseRNG},
		// Order.
		{"set in a string", "/labels", `"{'red', 'blue', 'green'}"`, `"{'green', 'red', 'blue'}"`, violation, CauseOrder},
		// Everything else.
		{"booleans", "/ok", `true`, `false`, violation, none},
		{"number to string", "/n", `1`, `"1"`, violation, none},
		{"null", "/n", `null`, `"x"`, violation, none},
		{"words", "/n", `"approved"`, `"rejected"`, violation, none},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := classifyOne(test.path, test.want, test.got, Evidence{Want: wantRun, Got: gotRun})
			got := []string{string(d.Class), string(d.Cause)}
			if diff := cmp.Diff([]string{string(test.class), string(test.cause)}, got); diff != "" {
				t.Errorf("%s against %s at %s (-want +got):\n%s%s", test.want, test.got, test.path, diff, d.Why)
			}
			if !d.Suspected || d.Why == "" {
				t.Errorf("suspected %v, why %q: want both", d.Suspected, d.Why)
			}
		})
	}
}

func BenchmarkClassify(b *testing.B) {
	one := []Difference{{Path: "/at", GotPath: "/at", Kind: Changed, Want: jsontext.Value(`"2026-11-22T10:15:00Z"`), Got: jsontext.Value(`"2026-11-22T10:16:41Z"`)}}
	b.Run("one reading", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Classify(one, Evidence{Want: wantRun, Got: gotRun})
		}
	})
	var many []Difference
	for i := range 20_000 {
		path := fmt.Sprintf("/%d/note", i)
		line := func(side string) jsontext.Value {
			return jsontext.Value(fmt.Sprintf(`"item %d token %s and another %s"`, i, sha(fmt.Sprint(side, i))[:16], sha(fmt.Sprint(side, -i))))
		}
		many = append(many, Difference{Path: path, GotPath: path, Kind: Changed, Want: line("a"), Got: line("b")})
	}
	b.Run("20,000 tokens", func(b *testing.B) {
		for b.Loop() {
			Classify(many, Evidence{Want: wantRun, Got: gotRun})
		}
	})
	// 50,000 records of about 100 bytes; 200 scores and 200 digests of something else differ.
	record := func(i int, got bool) string {
		score, of := i, i
		if got && i%250 == 0 {
			score, of = i+7, -i-1
		}
		return fmt.Sprintf(`{"digest":%q,"id":%d,"score":%d}`, sha(fmt.Sprint("x", of)), i, score)
	}
	docs := [2][]byte{}
	for side := range docs {
		var rows []string
		for i := range 50_000 {
			rows = append(rows, record(i, side == 1))
		}
		docs[side] = []byte("[" + strings.Join(rows, ",") + "]")
	}
	r, err := Compare(docs[0], docs[1], JSON, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run(fmt.Sprintf("%d differences in %d MB", len(r.Differences), len(docs[0])>>20), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Classify(r.Differences, Evidence{Want: wantRun, Got: gotRun, WantDoc: docs[0], GotDoc: docs[1], Format: JSON})
		}
	})
}
