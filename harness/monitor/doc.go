// Package monitor tells the state of a soak, from its state folder and the machine that it is on.
//
//  1. [Look] is the effectful half: it observes the ledger, the process that holds the lock, the
//     emergency stop and the disks. What can't be read is part of the [Observation], no error.
//  2. [Judge] is pure: what it makes of an observation and [Thresholds] is a [Health], a state with
//     its exit status and the conditions behind it.
//  3. [Status] is both together, and all that any surface shows: terminal, monitoring system,
//     daemon, page, metrics.
//
// A look costs a few look-ups, however many runs there are: it never goes through runs or
// goldens. It needs the right to read only, and works on a running, a finished and a killed soak.
//
// Not here: how a status is printed, and whom to tell of it.
package monitor
