// Package explain says by controlled experiments what each field of a workflow's trace differs
// because of. It is pure: runs come from a [Lab], the time that is left from a function, the order
// of runs from a seed; it touches no clock, disk, process or global.
//
// The stages, in the order of the code:
//
//  1. Runs (session.go, sight.go). The first untreated run is the reference; each distinct trace is
//     compared with it once. No test counts the reference.
//  2. Fields (fold.go, field.go). A field is a path in the reference's coordinates, and its value in a
//     run is what the differences say there. An array of scalars whose elements move, come or go is one
//     field; of an array of objects the shape is one; of an object with ever new keys the keys. Fields
//     that divide all runs alike are a group and are tested once.
//  3. Baseline (experiment.go). Untreated runs that should agree (A/A), runs with everything pinned,
//     and three worlds in which everything is varied.
//  4. Single treatments (single.go). Pin one factor (pin.go): a field that varies becomes constant. Vary
//     one (latent.go), do as a soak's variants do (variant.go), or make calls that a soak does not
//     record (outside.go): a stable one changes. Pause (pause.go): a duration grows. Two runs of each
//     arm first, then arms that can settle nothing any more are dropped and the others grow.
//  5. Release (release.go). For what no single pin settles though everything pinned does, everything is
//     pinned but one factor: each without which the field varies is necessary, and all are named.
//  6. Doses (dose.go, calendar.go). The clock frozen at three instants tells a reading from a
//     dependence. Addresses, process ids and temporary names are told by [replay.Classify]'s evidence,
//     which has to hold in every run that was looked at, treated ones included.
//     What varies though all is pinned that holds nobody up is tried with the clock standing still that counts from the
//     machine's start (monotonic.go), and what is seldom with many levels of a factor (search.go).
//  7. Derived (derived.go). What is recomputed from another field, or later in a step that took it.
//  8. Seeds (seeds.go, seedfinding.go). What does not follow the seed, though its like do.
//  9. Report (report.go, nature.go), and its renderings (text.go, matrix.go).
//
// # Statistics
//
// Every round is an experiment of its own: its untreated and treated runs are made in an order drawn
// at random, so that a field that drifts, steps or comes in bursts is as likely to fall on any of
// them. The test is the exact one over all assignments that the draw could have made, round by round
// (exact.go); it assumes nothing about how values are distributed. Rounds are never pooled: a field
// that changed once, before the first treated run, would accuse whatever is pinned after it.
//
// Rejected: comparing each arm with its own first run. That counts how often a run differs from one
// run, and for a field that is rarely another value the one run is nearly always the usual one, in
// either arm, or in one arm the rare one; the comparisons of an arm share it, and are not independent.
//
// Holm's procedure holds the family of groups and factors at its share of [Options.Alpha]; arms that
// were dropped count as hypotheses. Look number n at a family uses up share/(n(n+1)), which sums to
// the share however many looks there are. Whether a round is a look is decided before it is made; one
// that only thins arms out is none. The union of all looks of all families bounds the chance of any
// false accusation. That arms grow where they promise most depends on what was seen, and the bound
// is not proven for that; testdata/power.md has simulated rates, with drift, steps and bursts.
//
// Non-goals: this package finds no line of code, judges no run (that is [replay.Checker]'s business),
// and says nothing by exclusion: a field that no experiment settles is unattributed.
package explain
