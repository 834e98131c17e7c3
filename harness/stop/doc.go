// Package stop is the emergency stop of a state folder: whether a file named stop is in it.
//
//  1. [Read] looks at it, and [Await] waits for it to come or go: a soak's part, and that of
//     whoever shows the state of one.
//  2. [Enable] and [Disable] set and lift it, for the soak and then for the engine, and enter
//     in the ledger's audit log what came of that. [Log] reads it.
//
// The file is what counts. Whatever is at its path, made by whomever, is a stop: an operator
// whose disk is full, who has no shadowrun at hand, or whose ledger is broken can always make
// one with touch, and lift it with rm. So nothing that may fail comes before it: no
// configuration is read, no lock is awaited and no command run until it is there.
package stop
