package cmd

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/gate"
)

// tellCI writes what CI systems read.
func (a *app) tellCI(g *gate.Gate, report gate.Report, f *gateFlags) error {
	var errs []error
	if f.junit != "" {
		var text bytes.Buffer
		errs = append(errs, gate.WriteJUnit(&text, report), writeFile(f.junit, &text))
	}
	if f.summary != "" {
		var text bytes.Buffer
		errs = append(errs, gate.WriteSummary(&text, report, gate.MaxSummary), writeFile(f.summary, &text))
	} else if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
		errs = append(errs, addSummary(path, report))
	}
	if os.Getenv("GITHUB_ACTIONS") != "" { // beside the talk: with --json, standard output has one document and nothing else
		errs = append(errs, gate.WriteAnnotations(a.err, report, fromWorkspace(g.Config.Dir)))
	}
	return errors.Join(errs...)
}

// addSummary adds the report to a step's summary, which may have something of the step's own already.
func addSummary(path string, report gate.Report) error {
	used := 0
	if info, err := os.Stat(path); err == nil {
		used = int(info.Size())
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var text bytes.Buffer
	if err := gate.WriteSummary(&text, report, gate.MaxSummary-used); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, &text)
	return errors.Join(err, out.Close())
}

// fromWorkspace returns a folder from the repository's root, by which annotations name files.
func fromWorkspace(dir string) string {
	root := os.Getenv("GITHUB_WORKSPACE")
	if root == "" {
		return ""
	}
	inside, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(inside) {
		return ""
	}
	return filepath.ToSlash(inside)
}
