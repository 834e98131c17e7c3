// Package ledger is the durable record of soaks: plan, runs, replays, findings, checkpoints
// and what operators did. It is one SQLite file, ledger.db in the state folder, and the one
// truth that every tool reads.
//
// Who does what:
//
//  1. [LockState] makes one process the owner of a state folder.
//  2. [Open] gives that process a [Ledger]. One goroutine commits cycles through it; a
//     cycle is on disk, whole, when [Ledger.Commit] returns, and cannot be committed twice.
//  3. [Append] gives any other process an [Appender], which adds rows in short
//     transactions while the soak writes: actions, events, acceptances, manual replays.
//  4. [View] gives anyone who may read the file a [Reader], also of another user, also
//     while the soak runs, also after it was killed.
//
// A soak of a million runs costs memory for none of them: totals are counters that each
// commit carries forward in its checkpoint row, so reading them is one look-up, and lists
// are iterators. Keys only grow, so that the file is appended to.
//
// Not here: the traces themselves (package golden keeps them; a run names its golden by
// digest and place), what a difference means (package replay), and redaction: what a
// caller hands over is stored as it is. There is no clock here either. Every record brings
// its times, which are kept to the nanosecond and come back in UTC.
package ledger
