package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// JSON renders a report as the document that programs read, and that is signed.
func JSON(r *Report) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return out.Bytes(), err
}

// ErrNoReport is wrapped by the error for a file that is no report in JSON.
var ErrNoReport = errors.New("it is no report that 'shadowrun report --format json' wrote")

// Parse reads a report from its JSON form.
func Parse(text []byte) (*Report, error) {
	r := &Report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoReport, err)
	}
	switch {
	case r.ID == "" || r.Verdict.Result == "":
		return nil, ErrNoReport
	case r.Header.Version != Version:
		return nil, fmt.Errorf("it has version %d; this program reads version %d", r.Header.Version, Version)
	}
	return r, nil
}
