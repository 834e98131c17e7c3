//go:build linux && amd64

package lab

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReportNamesWhatWasMade(t *testing.T) {
	for _, test := range []struct {
		program, name string
		argv          []string
	}{
		{"mktemp", "mktemp(1), and what is not made exclusively", []string{"sh", "-c", `mktemp; mktemp -d; echo >"$TMPDIR/plain"; cat "$TMPDIR/plain" >/dev/null`}},
		{"python3", "Python", []string{"python3", "-c", "import os, tempfile; tempfile.tempdir = os.environ['TMPDIR']; print(tempfile.mkstemp()[1]); print(tempfile.mkdtemp())"}},
		{"perl", "Perl", []string{"perl", "-MFile::Temp=tempfile", "-e", "print +(tempfile(DIR => $ENV{TMPDIR}))[1]"}},
		{"node", "Node", []string{"node", "-p", "fs.mkdtempSync(os.tmpdir() + '/n-')"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			need(t, test.program)
			r := try(t, Treatment{"tmpdir": "1"}, test.argv...)
			if diff := cmp.Diff(strings.Fields(r.out), r.Made); diff != "" {
				t.Errorf("(-printed +noted):\n%s%s", diff, r.err)
			}
		})
	}
}
