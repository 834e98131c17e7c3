// Package mutant breaks the pipeline in every small way that it knows, one at a time, and says which
// of these mutants the tests and scenarios don't notice.
//
//  1. [Generate] reads the sources of harness/pipeline, project and store and lists the mutants: the
//     transition table's rows and cells, conditions, numbers, errors, statements left out.
//  2. [Sample] picks some by a seed, or those named.
//  3. [Trial.Run] gives each to the compiler as an overlay of a copy of HEAD, so that what is
//     half-written does not count, and runs the suites on it, the cheapest first.
//  4. [ParseExplanations] reads testdata/mutants.md: why a survivor may live.
//
// No released tool does this: gremlins (v0.6) changes operators, but neither the elements of a
// composite literal, which our transition table is, nor leaves out a statement, and it runs no tests
// but the module's, all of them, each time.
package mutant
