// Package sign signs a bundle of evidence, and checks the signatures.
//
//  1. The machine's: a [Statement] (in-toto Statement v1 with the test-result predicate) in a DSSE envelope, signed
//     with the state folder's Ed25519 key. It says that this bundle is what this machine made.
//  2. A person's: a [SignOff], a small JSON document that names the bundle, signed with an OpenSSH key in the
//     namespace [Namespace]. [Approvers] is the list of those whose word counts.
//
// Decoders of base64 and JSON accept altered bytes; so all that is read here is encoded again and compared
// before it counts. Which files belong together, and what a bundle holds, is not its business.
package sign
