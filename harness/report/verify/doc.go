// Package verify checks a bundle of evidence and the signatures beside it, offline.
//
//  1. The bundle is read, and held to its manifest.
//  2. The machine's attestation is opened, and bundle, files and result are held to it.
//  3. Each person's sign-off is held to its signature, to bundle and attestation, and to the list of approvers.
//
// Each step is a [Check]. What a signature can't show, whether the soak was honest, is not its business.
package verify
