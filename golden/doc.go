// Package golden holds what a run observably did, and keeps it.
//
// The stages, in the order in which a run's observations pass through them:
//
//  1. Canonical form: [AppendCanonical] writes a JSON value as shadowrun-c14n/1.
//  2. Trace: a [Builder] takes a header, events and an end, and digests them as they come.
//  3. Seal: a [Ring] of keys signs and verifies.
//  4. Store: [Folder] for a repository, [Segments] for a soak.
//
// Memory is bounded by the largest event and not by the trace: a trace that outgrows its
// buffer goes on in a spool file.
//
// Not here: comparing two traces (package replay), and which run a golden belongs to (the ledger).
package golden
