// Package proc runs one child program under limits and leaves nothing of it behind.
//
// A run has five stages:
//
//  1. find: the program, by the PATH of its own environment (find.go);
//  2. fork: in a session of its own, marked so that its descendants can be told (family_linux.go);
//  3. watch: time, output, processes and the caller's context, until the program ends (watch.go);
//  4. clear: every descendant that outlived it is killed and reaped (family_linux.go);
//  5. drain: what they wrote is read to the last byte, and only then the program is reaped (stream.go).
//
// # How descendants are told
//
// A daemon leaves its process group, its session, its parent, its environment and its open
// files; a search by any of these misses one that does. Resource limits stay: they
// pass through fork and exec, whatever the program does, until it changes them. So a run's
// program starts with a soft RLIMIT_RTTIME of its own, a number so large (2^62 µs is 146,000
// years, and the limit concerns real-time threads alone) that it limits nothing and only marks.
// The number follows from Spec.Owner and Spec.Env, so that a program that prints its limits prints the same
// in a replay; one bit pattern is never in use twice at once. A descendant is what has the
// run's mark or is in the session of its program.
//
// This process becomes a subreaper (for good, at the first run), so orphans become its
// children; looking for them is one read of a list that is nearly always empty. Their pids
// cannot be reused until they are reaped here, so killing them by pid is safe.
// Nothing but these pids is ever waited for: other packages' children are theirs.
//
// Rejected: a control group for each run (needs delegation that users, containers and CI rarely have;
// then the fallback is the path that matters); a supervisor for each run (an exec more, twice the cost of a
// short program); a PID namespace (needs privileges, and the program would see that it is pid 1).
//
// # What it does not do
//
// It isolates nothing: no sandbox, no namespaces, no quotas on memory or disk. It does not find what
// a program asked somebody else to start (systemd-run, docker, at, cron), nor descendants that both set
// RLIMIT_RTTIME themselves and left their session, as those of a harness that runs inside of a run and is killed. What runs under another user id and
// cannot be signalled is reported, not killed. When this process is killed outright, the programs it
// started die with it (PR_SET_PDEATHSIG) but not what they had started: that is left for Sweep.
// Without Linux only the process group of a program is killed.
package proc
