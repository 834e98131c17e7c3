// Package soak keeps a soak's state folder, and carries a soak out on it.
//
// The folder holds ledger.db, golden/ (segments), keys/ (the ring), work/ (the executions'
// folders), the lock of whoever runs a soak in it, and stop while an emergency stop stands.
//
//  1. [Run] starts or resumes a soak: it holds the lock, and is the one writer. An emergency stop
//     parts it: each part is a session of the ledger's, and goes on as a resumed soak does.
//  2. [View] reads the folder, also while a soak runs, also as another user.
//  3. [Summarize] turns the ledger's figures into an outcome.
package soak
