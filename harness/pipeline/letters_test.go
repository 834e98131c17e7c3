package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// threeLetters is a rig with letters that are 2, 1 and 0 hours old.
var threeLetters = &situation{config: noGates, agent: faulty("plan", 9, project.Permanent), make: func(t *testing.T, r *rig) {
	for range 3 {
		r.run(WhyFailed)
		r.at = r.at.Add(time.Hour)
		must(r.operator().RestartFrom(id, "plan"))(t)
	}
}}

// Only the letters that were named are given up, and those that are stay in a backup.
func TestPurgeIsWhatWasAsked(t *testing.T) {
	r := threeLetters.rig(t)
	r.at = rigStart.Add(2 * time.Hour)
	all := must(r.operator().DeadLetters(id))(t)
	if len(all) != 3 {
		t.Fatalf("%d letters", len(all))
	}
	for _, c := range []struct {
		name string
		ask  Purge
		left []int // of the three
	}{
		{"one", Purge{IDs: []string{all[1].ID}}, []int{0, 2}},
		{"two", Purge{IDs: []string{all[2].ID, all[0].ID}}, []int{1}},
		{"old ones", Purge{OlderThan: time.Hour}, []int{1, 2}}, // one is an hour old, and no older
		{"older than an instant", Purge{OlderThan: 1}, []int{2}},
		{"none is so old", Purge{OlderThan: 3 * time.Hour}, []int{0, 1, 2}},
		{"all", Purge{All: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := threeLetters.rig(t)
			r.at = rigStart.Add(2 * time.Hour)
			done := must(r.operator().PurgeLetters(id, c.ask))(t)
			want := []project.DeadLetter{}
			for _, i := range c.left {
				want = append(want, all[i])
			}
			if d := cmp.Diff(want, must(r.operator().DeadLetters(id))(t)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if len(want) == 3 {
				return
			}
			name, _ := strings.CutPrefix(done.Did[0], "backed up as ")
			backup, is := files(t, r.root)[".somas/projects/project-1/"+name]
			if letters, err := project.ParseLetters([]byte(backup)); !is || err != nil || len(letters.Letters) != 3 {
				t.Errorf("%s: %d letters, %v", name, len(letters.Letters), err)
			}
		})
	}
}

// A letter that is replayed is the one that was named.
func TestReplayIsOfTheLetterThatWasNamed(t *testing.T) {
	r := threeLetters.rig(t)
	r.run(WhyFailed)
	all := must(r.operator().DeadLetters(id))(t)
	must(r.operator().ReplayLetter(id, all[1].ID))(t)
	left := must(r.operator().DeadLetters(id))(t)
	if len(left) != 3 || left[0].ID != all[0].ID || left[1].ID != all[2].ID || r.state().CurrentStage != "plan" {
		t.Errorf("left %v", left)
	}
}
