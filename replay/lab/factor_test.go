package lab

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTreatment(t *testing.T) {
	for _, test := range []struct {
		name      string
		pin, vary []string
		want      Treatment
		err       string
	}{
		{name: "nothing", want: Treatment{}},
		{name: "defaults", pin: []string{"clock", "pid"}, vary: []string{"tz", "hostname"},
			want: Treatment{"clock": DefaultInstant, "pid": "5300", "tz": "Asia/Kathmandu", "hostname": "shadowrun-lab-1"}},
		{name: "levels", pin: []string{"entropy=7", "clock=2024-02-29T23:59:60Z"}, err: "clock=2024-02-29T23:59:60Z: want an RFC 3339 instant"},
		{name: "shift", vary: []string{"clock=-3h"}, want: Treatment{"clock": "-3h"}},
		{name: "a shift has a sign", vary: []string{"clock=3h"}, err: "clock=3h: want"},
		{name: "a level may hold =", pin: []string{"tz=<+01>-1"}, want: Treatment{"tz": "<+01>-1"}},
		{name: "nearest", pin: []string{"clokc"}, err: `unknown factor "clokc"; did you mean clock?`},
		{name: "exchanged letters count once", pin: []string{"dip"}, err: "did you mean pid?"},
		{name: "far from all", pin: []string{"temperature"}, err: `unknown factor "temperature"; want one of clock, pause, entropy`},
		{name: "empty item", pin: []string{""}, err: "unknown factor"},
		{name: "twice, agreed", pin: []string{"umask", "umask=022"}, want: Treatment{"umask": "022"}},
		{name: "twice", pin: []string{"umask"}, vary: []string{"umask"}, err: "umask is asked for as 022 and as 077; want one of them"},
		{name: "never pinned", pin: []string{"pause"}, err: "pause can't be pinned; vary it"},
		{name: "never varied", vary: []string{"cputime"}, err: "cputime can't be varied; pin it"},
		{name: "pid 1 is taken", pin: []string{"pid=1"}, err: "pid=1: want 2 to 30000"},
		{name: "hostname", pin: []string{"hostname=a b"}, err: "want a name of at most 64"},
		{name: "negative seed", pin: []string{"entropy=-1"}, err: "want a seed"},
		{name: "hash seed", pin: []string{"hash-seed=4294967296"}, err: "want a number below 2^32"},
		{name: "umask", pin: []string{"umask=0778"}, err: "want octal"},
		{name: "no pause at all", vary: []string{"pause=0s"}, err: "pause=0s: want a duration"},
		{name: "cpus", vary: []string{"cpus=0"}, err: "want 1 to 1024"},
		{name: "readdir", vary: []string{"readdir=shuffled:x"}, err: "want sorted, reversed, shuffled:SEED"},
		{name: "scheduling", vary: []string{"scheduling=random:3"}, want: Treatment{"scheduling": "random:3"}},
		{name: "a newline in a variable", pin: []string{"tz=a\nb"}, err: "want a zone"},
		{name: "home has no word for none", vary: []string{"home="}, err: "want a number"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseTreatment(test.pin, test.vary)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("err = %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every level that the table offers is one, and no two of a factor are the same.
func TestFactorsOfferLevels(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Factors() {
		if names[f.Name] {
			t.Errorf("%s is twice in the table", f.Name)
		}
		names[f.Name] = true
		if f.About == "" || f.Form == "" {
			t.Errorf("%s: nothing is said about it", f.Name)
		}
		seen := map[string]bool{}
		for i, level := range append([]string{f.Pin}, f.Vary...) {
			if i == 0 && level == "" {
				continue
			}
			if !f.check(level) {
				t.Errorf("%s=%s is no level", f.Name, level)
			}
			if seen[level] {
				t.Errorf("%s=%s is there twice", f.Name, level)
			}
			seen[level] = true
		}
		if len(seen) == 0 {
			t.Errorf("%s has no level", f.Name)
		}
		if f.check("") {
			t.Errorf("%s takes the empty level", f.Name)
		}
	}
}
