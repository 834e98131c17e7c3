// Package store keeps a pipeline's project on disk: crash-safe, checksummed, locked.
//
// How an entry gets there, in order:
//
//  1. [Project.Artifact] writes what the entry will name, under its digest.
//  2. What the entry changes is prepared: each file under a temporary name, synced.
//  3. The entry is appended to transitions.jsonl and synced. From here on it has happened.
//  4. The prepared files get their names, state.json last, and the folders are synced.
//
// So a full disk is met before anything has happened, and an engine that is killed leaves files
// that are those of the last entry or of the one before it; [Open] brings them up to date. Anything
// else is a [Damage]: what a folder has to hold, to the byte, follows from its log.
//
// Not here: what an entry does (package project), and who appends one when (package pipeline).
package store
