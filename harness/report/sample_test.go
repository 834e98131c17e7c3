package report

import (
	"strings"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// sample is a report in which there is something of everything, with text that would be markup or turn a line.
func sample() *Report {
	ended, resolved, until := noon.Add(40*time.Minute), noon.Add(50*time.Minute), noon.AddDate(0, 1, 0)
	last := noon.Add(2 * time.Hour)
	total := Counts{Cycles: 240, Overruns: 3, Runs: 2160, Unfinished: 2, Abandoned: 0, Replays: 2400, Mismatches: 7, Match: 2392, Leak: 4, Violation: 3,
		Unknown: 1, Rechecks: 240, RechecksSkipped: 5, Restorations: 12, Goldens: 2158, GoldenBytes: 450_000, TraceBytes: 1_900_000}
	first := Counts{Cycles: 120, Runs: 1080, Replays: 1200, Mismatches: 2, Match: 1198, Leak: 2, Rechecks: 120, Goldens: 1080, GoldenBytes: 220_000, TraceBytes: 950_000}
	second := Counts{Cycles: 120, Overruns: 3, Runs: 1080, Unfinished: 2, Replays: 1200, Mismatches: 5, Match: 1194, Leak: 2, Violation: 3, Unknown: 1, Rechecks: 120,
		RechecksSkipped: 5, Restorations: 12, Goldens: 1078, GoldenBytes: 230_000, TraceBytes: 950_000}
	r := &Report{
		Header: Header{Version: Version, ID: "soak-1-soak2-20261123T140500Z", MadeAt: noon.Add(125 * time.Minute), Soak: 2, State: Finished, Folder: "/var/lib/shadowrun"},
		Ran: Ran{Configuration: "dir: /srv/engine\nconfig:\n  version: 1\n", ConfigDigest: "6acb0aaf099178582e0617b2caac28b9314f632bed81b4a3efc3166578b4e276",
			PlanDigest: "e149958c890e16319d3c7deefc1bdb8273c8aba4eb4b2aecd191c3db443004d2", BaseSeed: 42, Shadowrun: "v1.2.0",
			Versions:     []Named{{"shadowrun", "v1.2.1"}, {"go", "go1.26.8"}},
			Workflows:    []Workflow{{"orders", []string{"python3", "flow.py", "{seed} | <b>"}, []string{"again", "resumed"}}, {"prices", nil, []string{"again"}}},
			Builds:       []Build{{"orders", "21c193803a56", []int{1}}, {"orders", "9f95c4b0aa11", []int{2, 3}}, {"prices", "5cf8d78a0b1c", []int{1, 2, 3}}},
			Environments: []Environment{{"soak-1", "linux", "amd64", "6.18.4", 2, []int{1, 2, 3}}}, FailOn: "violation", UnknownRate: 0.001},
		Figures: Figures{Started: noon, Last: &last, Promised: 7200, Active: 7201.5, Total: total, Rate: 7.0 / 2399, FindingsAll: 3, StopsAll: 2, AlertsAll: 2,
			Progression: Progression{3600, []Period{{1, noon, first, first}, {2, noon.Add(time.Hour), second, total}}}},
		RunTimes: []RunTime{
			{"orders", 1440, 0.004, 0.012, 0.035, 1.5, []Bucket{{0.005, 12}, {0.02, 1300}, {0.05, 127}, {2, 1}}},
			{"prices", 720, 0.001, 0.001, 0.002, 0.004, []Bucket{{0.001, 500}, {0.002, 219}, {0.005, 1}}}},
		Findings: []Finding{
			{"4dcba048e2", "orders", "violation", "unattributed", "/items/*/price|<script>alert(1)</script>", 2, Sight{"c200r3", noon.Add(100 * time.Minute)}, Sight{"c210r1", noon.Add(105 * time.Minute)},
				"c210r1", []byte(`{"path":"/items/3/price","want":1,"got":2}`), &Proven{"violation", "rng", "constant with entropy pinned: 0 of 12 differ, against 12 of 12 (p < 0.001)", 24},
				"shadowrun replay c210r1 -n 10 --soak 2", nil, nil},
			{"f471d22700", "orders", "volatile", "clock", "/at", 4, Sight{"c3r2", noon.Add(2 * time.Minute)}, Sight{"c240r2", noon.Add(119 * time.Minute)}, "c3r2", nil, nil,
				"shadowrun replay c3r2 -n 10 --soak 2", nil, &Mended{"no date in it now", noon.Add(3 * time.Hour), "ada"}},
			{"99d17e7c03", "prices", "violation", "order", "", 1, Sight{"c150r9", noon.Add(75 * time.Minute)}, Sight{"c150r9", noon.Add(75 * time.Minute)}, "c150r9", nil, nil,
				"shadowrun replay c150r9 -n 10 --soak 2", &Accepted{"known; \u202egnp.exe", until, "mara"}, nil}},
		Rules: []Rule{{"ignore /order/id of orders", "an id of the booking system", 1440, 1438, 2}, {"within /total by 1e-9", "", 0, 0, 0}},
		Unknowns: []Unknown{{"c130r4", "orders", "run", "timeout: took longer than its 1s timeout"}, {"c140r2", "orders", "replay", "not replayable, tried 2 times:\n\x1b[31mmissing answer"},
			{"c141r2", "orders", "replay", "not replayable: " + strings.Repeat("x", 300)}},
		Interruptions: []Interruption{{1, "soak-1", 4711, noon, &ended, "killed"}, {2, "soak-1", 4733, noon.Add(45 * time.Minute), &resolved, "emergency stop by ada: the database is down"}},
		Gaps:          []Gap{{What: "nothing ran between sessions 1 and 2", From: &ended, Seconds: 300}, {What: "runs that left no golden: timed out, over a limit, or never started", Count: 2}},
		Stops:         []Action{{noon.Add(49 * time.Minute), "ada on soak-1", "stop enabled", "the database is down"}, {noon.Add(55 * time.Minute), "ada on soak-1", "stop disabled", "it is back"}},
		Alerts: []Alert{{"a1", "violation", "critical", "3 violations", noon.Add(75 * time.Minute), nil},
			{"a2", "stalled", "warning", "no progress for 10 minutes", noon.Add(42 * time.Minute), &resolved}},
		Tabletop: &Tabletop{Journals: []string{"/var/lib/shadowrun/drills/20261123T100000.000Z.jsonl"}, ID: "d1", Environment: "loopback", Who: "ada", Host: "soak-1",
			Started: noon.Add(-2 * time.Hour), Ended: &ended, Verdict: NotCertified, Why: []string{"step tabletop-redis: failed: it printed no PONG"},
			Books: []Named{{"workflow-engine", "a67ec9b912fe"}}, Scenarios: []Named{{"tabletop", "0123456789ab"}},
			Steps: []TabletopStep{{"tabletop-health", "tabletop", "pass", true, 0.25, 0, "shadowrun status\nshadowrun check", "HEALTHY | OK\n", ""},
				{"tabletop-redis", "tabletop", "fail", false, 0.01, 1, "redis-cli ping", "", "failed: it printed no PONG"},
				{Step: "tabletop-alerts", Verdict: "not_reached", Why: "not carried out"}}},
		Coverage: []Coverage{{"pipeline", "027a0727ee37", 107, 101, 0, 0, 0, 6, 100, true}, {"workflow-engine", "a67ec9b912fe", 140, 130, 2, 1, 1, 6, 97, false}},
		Bound:    Bound{2150, 1, []string{"soak-1 (linux/amd64, kernel 6.18.4, 2 CPUs)"}},
		Store:    Store{2170, 0, 2170, 1, 450_000, []string{}, 0, 0},
		Issues:   []string{"INC-204: Redis did not answer"}, Changes: []string{"the stop names its hosts"},
		Notes:     []string{"ada observed of tabletop-redis: it took_a minute, *really*", "1. All ran in one environment: what differs elsewhere was not seen."},
		FollowUps: []FollowUp{{"say in the runbook which hosts", "mara", "2026-12-01"}},
		People:    People{"ada", []string{"ada", "mara"}},
	}
	Judge(r)
	return r
}
