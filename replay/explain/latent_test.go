package explain

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// To vary a locale is to set variables, of which some are new. What goes by which there are is for the environment.
func TestWhatGoesByAllVariablesIsForTheEnvironment(t *testing.T) {
	x := explain(t, newSimulated(3, map[string]func(*world) any{
		"all":    func(w *world) any { return fmt.Sprint(w.t["locale"] != "", w.t["env"] != "", w.t["user"] != "") },
		"locale": func(w *world) any { return w.t["locale"] == "de_DE.UTF-8" },
		"host":   func(w *world) any { return w.level("hostname", "host") + w.t["env"] },
	}), Options{})
	want := map[string]string{"/all": "latent environment+locale+user", "/locale": "latent locale", "/host": "latent hostname+environment"}
	if diff := cmp.Diff(want, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// How many CPUs there are is also how many elements a list has that was made by it; the number is what was read.
func TestALevelIsNotCountedFromAList(t *testing.T) {
	cpus := func(w *world) int { n, _ := strconv.Atoi(w.level("cpus", "2")); return n }
	x := explain(t, newSimulated(3, map[string]func(*world) any{
		"cores":   func(w *world) any { return cpus(w) },
		"partial": func(w *world) any { return make([]int, cpus(w)) },
		"halves":  func(w *world) any { return make([]string, 2*cpus(w)) },
		"total":   func(w *world) any { return 2 * cpus(w) },
	}), Options{})
	want := map[string]string{"/cores": "latent cpus", "/partial": "latent cpus", "/halves": "latent cpus", "/total": "derived cpus from /halves"}
	if diff := cmp.Diff(want, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Whenever an explanation is made, its shifts of the clock show what goes by the part of the week, or of the day.
func TestShiftsOfTheClockReachAllPartsOfAWeek(t *testing.T) {
	monday := time.Date(2026, 11, 23, 0, 30, 0, 0, time.UTC)
	for hour := range 7 * 24 {
		now := monday.Add(time.Duration(hour) * time.Hour)
		weekends, quarters := 0, map[int]bool{}
		for _, shift := range append([]string{"+0s"}, levelOf("clock").Vary...) {
			d, err := time.ParseDuration(shift)
			if err != nil {
				t.Fatal(err)
			}
			at := now.Add(d.Truncate(time.Hour))
			if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
				weekends++
			}
			quarters[at.Hour()/6] = true
		}
		if weekends == 0 || weekends == 4 || len(quarters) < 4 {
			t.Errorf("from %s: %d of 4 instants on a weekend, in %d quarters of the day", now.Format("Monday 15:04"), weekends, len(quarters))
		}
	}
}
