package mutant

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Record is a file of results, a line each, so that a trial of hours goes on where it was ended.
type Record struct {
	Commit string // that the mutants are of; results of others don't count
	Name   string
}

type recorded struct {
	Commit  string
	ID      string
	Verdict Verdict
	By      string        `json:",omitempty"`
	Took    time.Duration `json:",omitempty"`
}

// Known are the results of this commit, by the mutant's ID.
func (r Record) Known() (map[string]Result, error) {
	known := map[string]Result{}
	f, err := os.Open(r.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var one recorded
		if json.Unmarshal(lines.Bytes(), &one) != nil {
			continue // torn when the trial was killed: it is run again
		}
		if one.Commit == r.Commit {
			known[one.ID] = Result{Verdict: one.Verdict, By: one.By, Took: one.Took}
		}
	}
	return known, lines.Err()
}

// Add appends a result.
func (r Record) Add(result Result) error {
	line, err := json.Marshal(recorded{r.Commit, result.Mutant.ID(), result.Verdict, result.By, result.Took})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(r.Name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}
