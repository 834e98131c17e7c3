// Package alert tells those who are not looking: it turns the states of a soak into alerts, and
// delivers them.
//
//  1. [Book.Step] is pure: what changed between two looks at a soak, as messages about alerts. A
//     condition that appears opens one alert, whose id stays the same until the condition is over.
//  2. A [Daemon] looks again and again. What changed goes into the ledger, the log and, if asked,
//     the system's log, before anybody is told.
//  3. A [Receiver] gets each message at least once and in order, signed and in its own format. One
//     that is down gets them when it is back, also after the daemon was started anew.
//  4. A [Ping] tells a dead-man's switch that somebody is looking.
//
// A state that lasts is told once: to remind is what receivers do. Nothing is held back to see
// whether it lasts; what needs time to be true, such as no progress, has that time in its
// condition.
//
// Not here: what is well and what is not, which package monitor says, and grouping, silences
// and routes, which receivers have.
package alert
