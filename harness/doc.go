// Package harness runs seeded workflows in cycles and has every run replayed.
//
// The stages, in order:
//
//  1. [Config]: what to run, from a file, flags and defaults.
//  2. [Plan]: every cycle's runs, seeds, variants and re-checked older runs; a pure function of
//     the configuration and the base seed.
//  3. [Workflow] and the command adapter: one run becomes one trace.
//  4. [Soak]: cycles of runs and replays, their goldens stored and their verdicts committed.
//  5. [Event]: what a soak tells those who watch it.
//
// Not here: what two traces' differences mean (package replay), and how the record is kept
// (package ledger).
package harness
