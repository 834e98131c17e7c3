// Package pipeline takes projects through the reference pipeline's eleven stages, and is what their
// operators work with.
//
//  1. engine: the next step that a project's state allows, until there is none (engine.go, attempt.go, recover.go, breaker.go, gate.go);
//  2. agents: who does a stage's work: a program, a Go function, or the seeded stub (agent.go, roster.go, command.go, stub.go);
//  3. notices: who is told, and what came of it (notify.go, receiver.go);
//  4. operations: what a person does to a project, refused, whole or not at all (operator.go and those after it);
//  5. workflow: all of it as a workflow of the soak, in simulated time (workflow.go).
//
// What an event does is package project's to say, and how it stays is package store's.
//
// # What it does not do
//
// It schedules nothing: who wants a project to go on runs its engine, also to see whether a breaker
// lets calls through again. One engine works on a project at a time. What an agent does outside of its
// answer is not undone when it fails.
package pipeline
