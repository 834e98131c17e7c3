package report

import (
	"fmt"
	"strings"
	"time"
)

func figures(r *Report) []block {
	f, c := r.Figures, r.Figures.Total
	promised := "no limit"
	switch {
	case f.Promised > 0 && f.PromisedOf > 0:
		promised = fmt.Sprintf("%s, or %s", lasted(f.Promised), quantity(f.PromisedOf, "cycle"))
	case f.Promised > 0:
		promised = lasted(f.Promised)
	case f.PromisedOf > 0:
		promised = quantity(f.PromisedOf, "cycle")
	}
	sums := table{caption: "Sums", columns: []column{text("Figure"), figure("Value")}}
	for _, row := range []Named{
		{"Promised", promised}, {"Active time", lasted(f.Active)}, {"Cycles", number(c.Cycles)}, {"Cycles that overran their interval", number(c.Overruns)},
		{"Workflow runs", number(c.Runs)}, {"Runs that left no golden", number(c.Unfinished)}, {"Runs still to be done", number(c.Abandoned)}, {"Replays", number(c.Replays)},
		{"Replays of older runs", number(c.Rechecks)}, {"Mismatches", number(c.Mismatches)}, {"Mismatch rate", percent(f.Rate)},
		{"Match", number(c.Match)}, {"Leak", number(c.Leak)}, {"Violation", number(c.Violation)}, {"Drift", number(c.Drift)}, {"Unknown", number(c.Unknown)},
		{"Restorations from checkpoints", number(c.Restorations)}, {"Goldens", number(c.Goldens)}, {"Goldens on disk", bytesOf(c.GoldenBytes)}, {"Traces", bytesOf(c.TraceBytes)},
	} {
		sums.rows = append(sums.rows, []string{row.Name, row.Value})
	}
	return append([]block{sums}, progression(f)...)
}

func progression(f Figures) []block {
	p := f.Progression
	if len(p.Periods) == 0 {
		return []block{paragraph("Nothing was committed, so there is no progression.")}
	}
	every := periodName(p.Every)
	t := table{caption: "Progression, " + every + " by " + every, columns: []column{figure(strings.ToUpper(every[:1]) + every[1:]), text("Began, UTC"), figure("Cycles"), figure("Runs"), figure("Replays"),
		figure("Mismatches"), figure("Unknown"), figure("Replays in all"), figure("Goldens in all"), figure("On disk")}}
	last, most := p.Periods[len(p.Periods)-1].N, int64(0)
	for _, x := range p.Periods {
		most = max(most, x.Done.Replays)
		t.rows = append(t.rows, []string{number(x.N), x.Start.UTC().Format(time.DateTime), number(x.Done.Cycles), number(x.Done.Runs), number(x.Done.Replays),
			number(x.Done.Mismatches), number(x.Done.Unknown), number(x.Total.Replays), number(x.Total.Goldens), bytesOf(x.Total.GoldenBytes)})
	}
	plot := columns{title: "Replays, " + every + " by " + every, from: at(f.Started), most: number(most) + " replays",
		to: at(f.Started.Add(time.Duration(float64(last) * p.Every * float64(time.Second)))),
		description: fmt.Sprintf("A column for each %s; the highest stands for %s. What of it is red, from below, are mismatches and unknowns. The table below has the numbers.",
			every, quantity(most, "replay"))}
	for _, x := range p.Periods {
		b := bar{at: float64(x.N-1) / float64(last), width: 1 / float64(last)}
		if most > 0 {
			b.height = float64(x.Done.Replays) / float64(most)
			b.bad = float64(x.Done.Mismatches+x.Done.Unknown) / float64(most)
		}
		plot.bars = append(plot.bars, b)
	}
	return []block{plot, t}
}

func periodName(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); d {
	case 10 * time.Second:
		return "10 seconds"
	case time.Minute:
		return "minute"
	case 10 * time.Minute:
		return "10 minutes"
	case time.Hour:
		return "hour"
	case 6 * time.Hour:
		return "6 hours"
	case 24 * time.Hour:
		return "day"
	default:
		return lasted(seconds)
	}
}

func times(r *Report) []block {
	if len(r.RunTimes) == 0 {
		return []block{paragraph("Nothing was run.")}
	}
	t := table{caption: "Run times", columns: []column{text("Workflow"), figure("Runs"), figure("Shortest"), figure("Median"), figure("95 of 100 at most"), figure("Longest")}}
	counts := table{caption: "Runs by how long they took", columns: []column{text("At most")}}
	bounds := boundsOf(r.RunTimes)
	plot := spread{title: "How long runs took", from: lowerEdge(bounds), to: boundName(bounds, len(bounds)-1),
		description: "A row for each workflow, a column for each span of time; within a row the highest column is the most frequent. The table below has the numbers."}
	rows := make([][]string, len(bounds))
	for i := range bounds {
		rows[i] = []string{boundName(bounds, i)}
	}
	for _, w := range r.RunTimes {
		t.rows = append(t.rows, []string{w.Workflow, number(w.Runs), lasted(w.Min), lasted(w.P50), lasted(w.P95), lasted(w.Max)})
		counts.columns = append(counts.columns, figure(w.Workflow))
		row := spreadRow{name: w.Workflow, label: fmt.Sprintf("median %s, 95 of 100 at most %s", lasted(w.P50), lasted(w.P95))}
		most := int64(1)
		for _, b := range w.Histogram {
			most = max(most, b.Runs)
		}
		for i, bound := range bounds {
			n := w.in(bound)
			rows[i] = append(rows[i], number(n))
			row.bars = append(row.bars, bar{at: float64(i) / float64(len(bounds)), width: 1 / float64(len(bounds)), height: float64(n) / float64(most)})
		}
		plot.rows = append(plot.rows, row)
	}
	counts.rows = rows
	return []block{plot, t, counts}
}

// in returns how many runs are in the bucket of a bound.
func (t RunTime) in(bound float64) int64 {
	for _, b := range t.Histogram {
		if b.UpTo == bound {
			return b.Runs
		}
	}
	return 0
}

// boundsOf returns the bounds of all buckets from the first that anything is in to the last; the one without a bound is 0.
func boundsOf(of []RunTime) []float64 {
	first, last := len(buckets), 0
	for _, t := range of {
		for _, b := range t.Histogram {
			i := len(buckets)
			for j, bound := range buckets {
				if b.UpTo == bound.Seconds() {
					i = j
				}
			}
			first, last = min(first, i), max(last, i)
		}
	}
	var bounds []float64
	for i := first; i <= last; i++ {
		if i == len(buckets) {
			return append(bounds, 0)
		}
		bounds = append(bounds, buckets[i].Seconds())
	}
	return bounds
}

// lowerEdge names the bound of the bucket before the first of some: what is in that took longer.
func lowerEdge(bounds []float64) string {
	lower := 0.0
	for _, b := range buckets {
		if len(bounds) > 0 && (bounds[0] == 0 || b.Seconds() < bounds[0]) {
			lower = b.Seconds()
		}
	}
	return lasted(lower)
}

func boundName(bounds []float64, i int) string {
	switch {
	case len(bounds) == 0:
		return ""
	case bounds[i] == 0:
		return "longer"
	default:
		return lasted(bounds[i])
	}
}

func bound(r *Report) []block {
	b := r.Bound
	text := "The figures support no bound on the rate of violation."
	if b.Rate95 < 1 {
		text = fmt.Sprintf("%s of distinct seeds were found without a violation: its rate is below %s, with 95 %% confidence (1 − 0.05^(1/%s)).", quantity(b.Clean, "run"), percent(b.Rate95), number(b.Clean))
	}
	blocks := []block{paragraph(text)}
	if len(b.Environments) > 0 && b.Rate95 < 1 {
		blocks = append(blocks, paragraph("That holds for these builds, in these environments, and for no others:"), list(b.Environments))
	}
	return blocks
}
