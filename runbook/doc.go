// Package runbook reads the Markdown that operators read, and says which of its commands are
// known to work.
//
//  1. [Parse] reads a [Book]: a [Procedure] is a heading, a [Step] one fenced command block.
//     What is carried out is what people read, byte for byte.
//  2. [ScanScenario] reads which steps a testscript carries out, as reviewed, and whether it
//     asserts what they did.
//  3. [Coverage] puts both together, and the [Journal] of a drill; [Lint] says what is wrong
//     with a book itself.
//  4. [Judge] certifies a drill, from its journal alone.
//
// Not here: carrying steps out (package drill). And nothing here writes a digest into a
// scenario: that a block was reviewed is for a person to say.
package runbook
