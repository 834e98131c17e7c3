package lab

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	outside := []string{"PATH=/bin", "TZ=Europe/Paris", "LC_TIME=fr_FR", "PWD=/old"}
	for _, test := range []struct {
		name    string
		t       Treatment
		env     []string
		folders folders
		zones   string
		want    []string // what is not outside
		err     string
	}{
		{name: "nothing"},
		{name: "the last of two holds, and order does not matter", env: []string{"B=1", "A=1", "B=2"}, want: []string{"A=1", "B=2"}},
		{name: "zone", t: Treatment{"tz": "Asia/Kathmandu"}, zones: "Asia/Kathmandu", want: []string{"TZ=Asia/Kathmandu"}},
		{name: "zone without a file", t: Treatment{"tz": "Asia/Kathmandu"}, want: []string{"TZ=<+0545>-5:45"}},
		{name: "UTC without a file", t: Treatment{"tz": "UTC"}, want: []string{"TZ=UTC0"}},
		{name: "zone in POSIX form", t: Treatment{"tz": "EST5EDT"}, want: []string{"TZ=EST5EDT"}},
		{name: "unknown zone", t: Treatment{"tz": "Mars/Olympus"}, err: "this machine has no such zone file"},
		{name: "locale takes all that a program may read", t: Treatment{"locale": "de_DE.UTF-8"},
			want: []string{"LANG=de_DE.UTF-8", "LANGUAGE=de_DE", "LC_ALL=de_DE.UTF-8", "LC_TIME=de_DE.UTF-8"}},
		{name: "hash seed", t: Treatment{"hash-seed": "31"}, want: []string{fmt.Sprintf("PERL_HASH_SEED=0x%x", sha256.Sum256([]byte("31"))), "PERL_PERTURB_KEYS=0", "PYTHONHASHSEED=31"}},
		{name: "no sentinels", t: Treatment{"env": "none"}},
		{name: "sentinels", t: Treatment{"env": "3"}, want: []string{"COLUMNS=103", "EDITOR=shadowrun-lab-env-3",
			"LAB_SENTINEL=shadowrun-lab-env-3", "LINES=43", "PAGER=shadowrun-lab-env-3", "PATH=/bin:/shadowrun-lab-env-3", "SHELL=/bin/shadowrun-lab-env-3"}},
		{name: "sentinels without a search path", t: Treatment{"env": "3"}, env: []string{"TZ=UTC"}, want: []string{"COLUMNS=103", "EDITOR=shadowrun-lab-env-3",
			"LAB_SENTINEL=shadowrun-lab-env-3", "LINES=43", "PAGER=shadowrun-lab-env-3", "SHELL=/bin/shadowrun-lab-env-3", "TZ=UTC"}},
		{name: "user", t: Treatment{"user": "2"}, want: []string{"LOGNAME=shadowrun-lab-user-2", "USER=shadowrun-lab-user-2"}},
		{name: "one at a time", t: Treatment{"scheduling": "one"}, want: []string{"GOMAXPROCS=1", "UV_THREADPOOL_SIZE=1"}},
		{name: "reverse leaves pools alone", t: Treatment{"scheduling": "reverse"}},
		{name: "folders", folders: folders{home: "/s/h", tmp: "/s/t", work: "/s/w"}, want: []string{"HOME=/s/h", "PWD=/s/w", "TMPDIR=/s/t"}},
		{name: "only those that are there", folders: folders{tmp: "/s/t"}, env: []string{"TMP=/a"}, want: []string{"TMP=/s/t", "TMPDIR=/s/t"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := test.env
			if env == nil {
				env = outside
			}
			got, err := test.t.environmentOf(env, test.folders, func(zone string) bool { return zone == test.zones })
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("err = %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var changed []string
			for _, v := range got {
				if !strings.Contains(strings.Join(outside, "\n"), v) {
					changed = append(changed, v)
				}
			}
			if diff := cmp.Diff(test.want, changed); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestZoneFile(t *testing.T) {
	for zone, want := range map[string]bool{"../../../etc/passwd": false, "/etc/passwd": false, "": false, "No/Where": false, "Asia": false} {
		if got := hasZoneFile(zone); got != want {
			t.Errorf("hasZoneFile(%q) = %v", zone, got)
		}
	}
}
