//go:build linux && amd64

package lab

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The numbers of another architecture's calls mean something else: they are let through, and told of.
func TestForeignCallsAreReported(t *testing.T) {
	r := try(t, Treatment{"clock": DefaultInstant}, compile(t, "foreign"))
	want := []string{"calls by another architecture's rules, such as a 32-bit program's"}
	if diff := cmp.Diff(want, r.Uncovered); diff != "" || r.out != "alive\n" {
		t.Errorf("%v, %q (-want +got)\n%s", r.state, r.out, diff)
	}
}

func TestConditions(t *testing.T) {
	for _, test := range []struct {
		name string
		when []condition
		args [6]uint64
		want bool
	}{
		{"none", nil, [6]uint64{}, true},
		{"equal", []condition{equals(0, 5)}, [6]uint64{5}, true},
		{"upper half is not looked at", []condition{equals(0, 5)}, [6]uint64{1<<32 + 5}, true},
		{"not equal", []condition{equals(0, 5)}, [6]uint64{6}, false},
		{"masked", []condition{masked(1, ^uint32(128), 265)}, [6]uint64{0, 265 | 128}, true},
		{"masked, not equal", []condition{masked(1, ^uint32(128), 265)}, [6]uint64{0, 9 | 128}, false},
		{"given", []condition{given(3)}, [6]uint64{3: 1 << 40}, true},
		{"not given", []condition{given(3)}, [6]uint64{}, false},
		{"both", []condition{equals(0, 1), given(5)}, [6]uint64{1, 5: 8}, true},
		{"first only", []condition{equals(0, 1), given(5)}, [6]uint64{1}, false},
		{"second only", []condition{equals(0, 1), given(5)}, [6]uint64{2, 5: 8}, false},
	} {
		p := trap{call: 7, when: test.when}
		if got := p.met(test.args); got != test.want {
			t.Errorf("%s: met %v, want %v", test.name, got, test.want)
		}
		program, err := filter([]trap{p, {call: 9}})
		if err != nil {
			t.Fatal(err)
		}
		if got := filtered(t, program, 7, test.args); got != test.want {
			t.Errorf("%s: filter %v, want %v", test.name, got, test.want)
		}
		if filtered(t, program, 8, test.args) || !filtered(t, program, 9, test.args) {
			t.Errorf("%s: other calls", test.name)
		}
		if !filtered(t, program, x32Bit|8, test.args) || filtered(t, program, -1, test.args) {
			t.Errorf("%s: a call with 32-bit pointers, or none at all", test.name)
		}
	}
}
