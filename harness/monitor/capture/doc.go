// Package capture puts everything that an analysis of an incident needs into one archive.
//
//  1. A [Part] is a file of it, and knows how to be written. Those of a soak's ledger, goldens, logs and
//     host are here; whoever captures adds what is theirs.
//  2. [Write] goes through the parts. One that can't be had is named in the manifest with the reason, and ends
//     nothing: on an incident half of the machine may be broken.
//  3. What a mask takes out is in no part. One that can't be masked without breaking it, such as a
//     database, is left out where it would have to be.
//
// The archive is a .tar.zst that is whole when its name appears. Order, owners, modes and times in it are
// always the same.
//
// Not here: uploading it, and keys that sign: a state folder's keys/ is never looked at.
package capture
