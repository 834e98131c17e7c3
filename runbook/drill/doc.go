// Package drill carries runbooks out: scenarios are testscript files with commands of ours.
//
//  1. [Scenario.prepare]: the script gets an end of its own, so that one that stops half-way is no pass (script.go).
//  2. [Run] starts the script in a folder of its own; services are reached through a proxy (scenario.go, proxy.go).
//  3. 'step' and 'procedure' find blocks in the runbooks, hold them to the digest that was reviewed and bind
//     placeholders; only then a real shell carries them out, as written (step.go, shell.go).
//  4. Probes look at what that changed, with 'eventually' until it did; faults break what a step is to mend (probe.go,
//     eventually.go, fault.go).
//  5. What came of each step is told to a Options.Record once all that the scenario asserts of it was seen (record.go).
//  6. All processes of the scenario die with it (family_linux.go).
//
// # Commands
//
//	bind NAME VALUE              <NAME> in the blocks that follow is VALUE
//	step ID DIGEST               carries out one step; a status other than 0 fails, unless the next line is exitcode
//	procedure ID DIGEST          all steps of a procedure, until one fails
//	exitcode N [step …]          the exit status was, or is to be, N
//	eventually 5s [!] COMMAND …  tries a probe, pipeline or exec until it succeeds
//	httpget URL PATTERN          the answer, of status 200, has the pattern
//	promalert NAME STATE         Prometheus shows the alert as firing, pending or inactive
//	pgcount QUERY OP N           the query's number is =, !=, <, <=, > or >= N
//	redisping                    Redis answers
//	fault kill PID | corrupt FILE OFFSET | small DIR | fill DIR | stop PIDFILE | drop SERVICE | restore SERVICE
//	soak ARGUMENT …              a soak in the background, once its first cycle is acknowledged
//	[!] pipeline ARGUMENT …      operates the reference pipeline in the script's folder, as exec shadowrun pipeline does
//
// # What it does not do
//
// It judges no drill: that is for package runbook, from the journal. It confines nothing: what a runbook's
// commands may do, they do.
package drill
