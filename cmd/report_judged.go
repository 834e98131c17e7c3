package cmd

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/runbook"
)

// judged is what was read to judge by, as it was read: files may grow before they are packed.
type judged struct {
	journals []namedText
	rejudged []byte // the configuration; nil: it is that of the soak
}

type namedText struct {
	file string
	text []byte
}

func (f *reportFlags) journalFiles(dir string) ([]string, error) {
	if len(f.journals) > 0 {
		return f.journals, nil
	}
	return filepath.Glob(filepath.Join(dir, "drills", "*.jsonl"))
}

const journalHint = "'shadowrun tabletop' says where it keeps its journal"

// addJournals adds the journals that are named, or else those of the state folder, the oldest first.
func addJournals(f *reportFlags, dir string, o *report.Options) error {
	files, err := f.journalFiles(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return hinted(fmt.Errorf("--journal: %w", err), journalHint)
		}
		j, err := runbook.ParseJournal(text)
		if err != nil {
			return hinted(fmt.Errorf("--journal: %s: %w", file, err), journalHint)
		}
		f.judged.journals = append(f.judged.journals, namedText{file, text})
		o.Journals = append(o.Journals, report.Journal{File: file, Journal: j})
	}
	return nil
}

// today returns the configuration at hand, and its text.
func (a *app) today() (*report.Today, []byte, error) {
	if a.configFlag == "" && !fileExists(configName) {
		return nil, nil, hinted(errors.New("--rejudge: there is no "+configName+" here"), "--config FILE names the configuration that is to judge")
	}
	source := a.configSource()
	text, err := os.ReadFile(source)
	if err != nil {
		return nil, nil, fmt.Errorf("--rejudge: %w", err)
	}
	config, err := a.readConfig()
	if err != nil {
		return nil, nil, err
	}
	config = config.Defaults()
	if err := config.Validate(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", source, err)
	}
	sum := sha256.Sum256(text)
	return &report.Today{File: source, Digest: hex.EncodeToString(sum[:]), Config: config}, text, nil
}
