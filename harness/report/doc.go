// Package report turns what is recorded of a soak, and of the drills of its runbook, into one document that
// somebody can sign.
//
//  1. [Gather] reads a soak's state folder and the journals it is given into a [Report]. A million runs cost it
//     the memory of none: figures are sums that the ledger keeps or SQLite makes, lists are cut and say so.
//  2. [Judge] says what the report certifies, gate by gate, each with its evidence. It is pure: no clock, no disk.
//  3. [Markdown], [HTML] and JSON (the [Report] itself) render it, likewise pure.
//  4. [Compare] puts two reports side by side.
//
// Not here: the evidence bundle and signatures (packages bundle and sign), and any experiment: what is not in
// the evidence is not in the report.
package report
