// Package project is the reference pipeline's project as plain data: what its documents hold, and
// what may happen to it.
//
// The stages of the thought, in order:
//
//  1. [Entry]: one line of the audit log, chained to the one before it.
//  2. [Table]: for each event, when it is allowed and what it does. Nothing else says so: the
//     reducer, the operations, the diagram and the documents read it.
//  3. [Apply] and [Fold]: the reducer. A project's state is the fold of its log, exactly.
//  4. [Breaker]: the arithmetic of a circuit breaker.
//  5. [Config] and [Agent]: what an operator writes.
//  6. [Health]: what an operator is to be warned of.
//
// Not here: files (package store), and clocks, processes and agents (package pipeline). Nothing
// in this package reads a clock or a disk.
package project
