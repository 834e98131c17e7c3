package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/scenarios"
)

// Folders of a bundle that hold what the result of its report holds for.
const (
	bundledConfiguration = "configuration/"
	bundledRunbooks      = "runbooks/"
	bundledScenarios     = "scenarios/"
)

// evidence is the files of a bundle, as they are gathered.
type evidence struct {
	ctx     context.Context
	app     *app
	f       *reportFlags
	state   *soak.State
	of      ledger.Soak
	scratch string
	mask    harness.Mask
	files   []bundle.File
	missing []capture.Missing
}

func (e *evidence) gather(r *report.Report) error {
	i := e.app.newIncident(e.ctx, e.state.Dir, r.MadeAt)
	e.mask, e.missing = i.o.Mask, []capture.Missing{}
	i.close()
	for _, gather := range []func() error{func() error { return e.report(r) }, e.ledger, e.configuration, e.procedures, e.journals, e.goldens} {
		if err := errors.Join(context.Cause(e.ctx), gather()); err != nil {
			return err
		}
	}
	if len(e.missing) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(e.missing, "", "  ")
	e.add("missing.json", append(text, '\n'))
	return err
}

// add adds a file, without the values that redact: names.
func (e *evidence) add(name string, content []byte) {
	e.files = append(e.files, bundle.Bytes(name, []byte(e.mask.Text(string(content)))))
}

func (e *evidence) report(r *report.Report) error {
	page, err := report.HTML(r)
	if err != nil {
		return err
	}
	document, err := report.JSON(r)
	e.add("report.html", page)
	e.add("report.json", document)
	e.add("report.md", report.Markdown(r))
	return err
}

// ledger adds the soak's record, as a ledger that commands and SQL read. No report can be made of it again: goldens are judged too.
func (e *evidence) ledger() error {
	path := filepath.Join(e.scratch, "ledger.db")
	if _, err := e.state.Ledger.Extract(e.ctx, path, ledger.ExtractOptions{Soak: e.of.ID, Mask: e.mask.Text}); err != nil {
		return err
	}
	e.files = append(e.files, bundle.Path("ledger.db", path))
	return nil
}

func (e *evidence) configuration() error {
	e.add(bundledConfiguration+"soak.yaml", []byte(e.of.Config))
	if e.f.judged.rejudged != nil {
		e.add(bundledConfiguration+"rejudged.yaml", e.f.judged.rejudged)
	}
	return nil
}

// procedures adds runbooks and scenarios: our own, or those that are named.
func (e *evidence) procedures() error {
	if len(e.f.files) == 0 {
		return errors.Join(e.folder(bundledRunbooks, runbook.Books, "*.md"), e.folder(bundledScenarios, scenarios.Files, "*.txtar"))
	}
	for _, file := range e.f.files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		e.add(bundledRunbooks+plainName(file), text)
	}
	return e.folder(bundledScenarios, os.DirFS(e.f.scenarios), "*.txtar")
}

func (e *evidence) folder(to string, from fs.FS, pattern string) error {
	names, err := fs.Glob(from, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		e.add(to+plainName(name), text)
	}
	return nil
}

func (e *evidence) journals() error {
	for n, j := range e.f.judged.journals { // two may have one name, in different folders
		e.add(fmt.Sprintf("journals/%d-%s", n+1, plainName(j.file)), j.text)
	}
	return nil
}

var unplain = regexp.MustCompile(`[^A-Za-z0-9_@+=.,-]`)

// plainName is a file's name without its folder, as it may stand in a bundle.
func plainName(file string) string { return unplain.ReplaceAllString(filepath.Base(file), "-") }

// goldens adds the traces of findings, the gravest first, and says which can't be had.
func (e *evidence) goldens() error {
	findings, err := e.state.Ledger.Findings(e.of.ID)
	if err != nil {
		return err
	}
	var runs []ledger.RunKey
	for n, f := range gravestFirst(findings) {
		if n == maxFound {
			e.missing = append(e.missing, capture.Missing{Name: "goldens of further findings", Why: fmt.Sprintf("there are %d findings; the bundle has the traces of the first %d", len(findings), maxFound)})
			break
		}
		runs = append(runs, runsOf(f)...)
	}
	parts, missing := capture.Runs(e.state, runs)
	e.missing = append(e.missing, missing...)
	for n, p := range parts {
		path := filepath.Join(e.scratch, fmt.Sprint(n))
		if err := e.trace(p, path); err != nil {
			e.missing = append(e.missing, capture.Missing{Name: p.Name, Why: err.Error()})
			continue
		}
		e.files = append(e.files, bundle.Path(p.Name, path))
	}
	return nil
}

func (e *evidence) trace(p capture.Part, path string) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	masked := e.mask.Writer(out)
	note, err := p.Write(e.ctx, masked, e.scratch)
	if note != "" {
		e.missing = append(e.missing, capture.Missing{Name: p.Name, Why: "in part: " + note})
	}
	return errors.Join(err, masked.Close(), out.Close())
}
