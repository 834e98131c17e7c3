// Package experiment carries the experiments of [explain] out on a harness's workflows: it probes
// which factors can be treated here, runs a workflow under the treatments that an explanation asks for,
// and hands over what each run showed. What is tried, and what follows from it, is explain's business.
package experiment
