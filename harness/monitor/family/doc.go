// Package family shows what the kernel tells of processes: a soak's own with all that descend from it, and
// those of the whole host beside it.
//
//  1. [Look] lists every process that there is, with the command lines of one user only: another
//     user's may hold what is not ours to copy. Nobody's environment is in it.
//  2. [Of] is pure: it picks a process and its descendants out of such a list.
//  3. [LimitsOf] and [LookAtMachine] are what a process may take, and what there is.
//
// Not here: whether a process is a soak's, and lives (package monitor knows by its lock).
package family
