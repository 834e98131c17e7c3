package lab

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A factor that changes nothing of what a probe sees is never available, whatever it is.
func TestNoProofBelievesAnUntreatedWorld(t *testing.T) {
	untreated := sight{Clock: time.Now(), Random: "a", Urandom: "b", AtRandom: "c", Address: "7ffe", PID: 4711, Hostname: "host", Affinity: 2, Online: "0-1",
		Births: "132", Env: map[string]string{"PATH": "/bin", "TZ": "Europe/Paris"}, Dir: "/", Umask: 0o27, UID: 1000, EUID: 1000, GID: 1000,
		Listing: []string{"b", "a", "c"}, CPUTime: time.Millisecond}
	other := untreated // what differs from run to run anyway
	other.Random, other.Urandom, other.AtRandom, other.Address, other.PID = "d", "e", "f", "7fff", 4712
	for _, p := range proofs() {
		f, _ := factorByName(p.factor)
		pin, vary := probedAt(f)
		if f.Name == "cpus" {
			pin = "5" // what there is, is its default level
		}
		for _, seen := range []arms{{pin: untreated, again: untreated, vary: untreated}, {pin: untreated, again: other, vary: untreated}} {
			seen.pinLevel, seen.varyLevel = pin, vary
			if p.shows(seen) == nil {
				t.Errorf("%s: taken for available", p.factor)
			}
		}
	}
}

func TestEveryFactorIsProbed(t *testing.T) {
	var want, got []string
	for _, f := range Factors() {
		if f.Needs != NeedsTheWorkflow {
			want = append(want, f.Name)
		}
	}
	for _, p := range proofs() {
		got = append(got, p.factor)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Here, all works but what a container's profile may refuse.
func TestProbe(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("NOT TESTED: probes need Linux on x86-64")
	}
	all := Probe(t.Context(), self(t), t.TempDir())
	if len(all) != len(proofs()) {
		t.Errorf("%d factors probed, of %d", len(all), len(proofs()))
	}
	for _, a := range all {
		refusable := a.Factor == "pid" || a.Factor == "address"
		if !a.Available && (!refusable || !strings.Contains(a.Why, "refused") && !strings.Contains(a.Why, "switched off")) {
			t.Errorf("%s: %s", a.Factor, a.Why)
		}
	}
}

// A machine where nothing can be started again: every factor is unavailable, with the reason.
func TestProbeThatCannotStart(t *testing.T) {
	for _, a := range Probe(t.Context(), []string{"/nowhere/shadowrun"}, t.TempDir()) {
		if a.Available || !strings.Contains(a.Why, "no such file") {
			t.Errorf("%+v", a)
		}
	}
}

func TestUnavailable(t *testing.T) {
	probed := []Availability{{"clock", true, ""}, {"pid", false, "refused"}, {"address", false, "refused"}}
	got := Treatment{"pid": "300", "clock": DefaultInstant}.Unavailable(probed)
	if diff := cmp.Diff([]Availability{{"pid", false, "refused"}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
