// Package gate holds a pull request's build against goldens that lie in the repository.
//
//  1. [Cases] is what is checked: workflows and seeds, a pure function of the configuration.
//  2. [Gate.Check] runs each case twice and compares it with its golden; one that differs is run again before anyone is blamed.
//  3. [Report.Judge] says what all of it comes to. A [Group] is one thing that is wrong, however many seeds show it.
//  4. [Gate.Accept] makes goldens of what this build does, if it agrees with itself.
//  5. [WriteJUnit], [WriteAnnotations] and [WriteSummary] tell CI systems.
//
// A golden says nothing of what surrounded the run that made it. That lies beside the goldens, in .circumstances.jsonl: without it
// no reading of a clock could be told from any other value, and no change of the program from a program that disagrees with itself.
//
// It is no soak: nothing is planned, resumed or kept in a ledger, and no run is killed or put under load.
package gate
