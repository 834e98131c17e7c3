package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// The names in a project's folder, beside those that package project has.
const (
	logFile     = string(project.Log)
	stateFile   = string(project.StateFile)
	lettersFile = string(project.LettersFile)
	backupFile  = stateFile + ".backup"
	artifacts   = string(project.ArtifactsDir)
	objects     = artifacts + "/.objects" // every artifact there ever was, under its digest
	lockFile    = "lock"
	damagedDir  = "damaged" // what a repair set aside
	temporary   = ".tmp"    // how a file's name ends until it is whole
	unborn      = ".new-"   // how a project's folder's begins
)

// backups is how many checkpoints' states are kept.
const backups = 5

// Dir is the folder of a project under root.
func Dir(root, id string) string { return filepath.Join(projectsDir(root), id) }

func projectsDir(root string) string { return filepath.Join(root, ".somas", "projects") }

// Projects are the ids of all projects under root, by number; also of those that are to be begun afresh.
func Projects(root string) ([]string, error) {
	entries, err := os.ReadDir(projectsDir(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	var ids []string
	for _, e := range entries {
		id, renewed := strings.CutPrefix(e.Name(), fresh)
		if project.CheckID(id) == nil && (!renewed || CutOff(Dir(root, id))) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return number(a) - number(b) })
	return ids, nil
}

func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "project-"))
	return n
}

// enter opens a project's folder, out of which nothing leads: its name is an id, and neither it
// nor anything in it is a symbolic link.
func enter(dir string) (*os.Root, string, error) {
	id := filepath.Base(dir)
	if err := project.CheckID(id); err != nil {
		return nil, id, err
	}
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && CutOff(dir):
		return nil, id, cutOff(id)
	case errors.Is(err, fs.ErrNotExist):
		return nil, id, fmt.Errorf("%s: there is no such project (%s): %w", id, dir, fs.ErrNotExist)
	case err != nil:
		return nil, id, fmt.Errorf("%s: %w", id, err)
	case !info.IsDir():
		return nil, id, &Damage{Project: id, File: ".", Found: "it is no folder but a " + kind(info.Mode()), Expected: "a folder", Mend: []string{"put the folder itself at " + dir}}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, id, fmt.Errorf("%s: %w", id, err)
	}
	return root, id, nil
}

func kind(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	case m.IsDir():
		return "folder"
	case m.IsRegular():
		return "file"
	}
	return "special file"
}
