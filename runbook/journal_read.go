package runbook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// ErrNoJournal is returned for a file that does not begin as a journal does.
var ErrNoJournal = errors.New("it is no drill's journal: its first line is no header")

// ReadJournal reads a journal from a file.
func ReadJournal(path string) (*Journal, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	j, err := ParseJournal(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return j, nil
}

// ParseJournal reads a journal, also of a drill that is under way or was killed. Lines that
// can't be read are named in it, and keep it from being certified.
func ParseJournal(src []byte) (*Journal, error) {
	j := &Journal{}
	n := 0
	for line := range bytes.Lines(src) {
		n++
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		if len(text) == 0 && n > 1 {
			continue // what is appended to a torn line begins on a line of its own
		}
		err := j.read(n, text)
		switch {
		case n == 1 && err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNoJournal, err)
		case !whole:
			j.Damaged = append(j.Damaged, DamagedLine{n, true, "its end is missing: it was being written when the drill was killed"})
		case err != nil:
			j.Damaged = append(j.Damaged, DamagedLine{n, false, err.Error()})
		}
	}
	if n == 0 {
		return nil, ErrNoJournal
	}
	return j, nil
}

func (j *Journal) read(n int, text []byte) error {
	var of struct {
		Record  string `json:"record"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &of); err != nil {
		return err
	}
	switch {
	case (n == 1) != (of.Record == "header"):
		return fmt.Errorf("it is a record of the kind %q; a header is the first and only there", of.Record)
	case n == 1 && of.Version != journalVersion:
		return fmt.Errorf("it has version %d; this program reads version %d", of.Version, journalVersion)
	case j.End != nil && (of.Record == "step" || of.Record == "scenario" || of.Record == "end"):
		return fmt.Errorf("a record of the kind %q after the drill's end", of.Record)
	}
	return j.add(of.Record, text)
}

func (j *Journal) add(kind string, text []byte) error {
	switch kind {
	case "header":
		return json.Unmarshal(text, &j.Header)
	case "step":
		return addTo(&j.Steps, text)
	case "scenario":
		return addTo(&j.Scenarios, text)
	case "observation":
		return addTo(&j.Observations, text)
	case "followup":
		return addTo(&j.FollowUps, text)
	case "signoff":
		return addTo(&j.SignOffs, text)
	case "end":
		var end End
		if err := json.Unmarshal(text, &end); err != nil {
			return err
		}
		j.End = &end
	}
	return nil
}

func addTo[E Entry](entries *[]E, text []byte) error {
	var e E
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	*entries = append(*entries, e)
	return nil
}
