// Package bundle packs the evidence of a report into one file, whose SHA-256 is what is signed.
//
//  1. [Write] writes a .tar.zst: manifest.json, then the files it names, sorted, without times or owners: the
//     same files make the same bundle.
//  2. [Read] reads one without unpacking anything to disk, within limits, and says what is not as the
//     manifest has it.
//  3. [Compare] holds what was found to another list of the files, such as a signed one.
//
// Who signed a bundle is not its business, nor what its files mean.
package bundle
