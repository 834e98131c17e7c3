package store

import (
	"errors"
	"fmt"
	"strings"
)

// Damage is one file that is not what the project's log says, with what mends it.
type Damage struct {
	Project  string   `json:"project"`
	File     string   `json:"file"`             // in the project's folder
	Line     int      `json:"line,omitempty"`   // of transitions.jsonl, from 1
	Offset   int64    `json:"offset,omitempty"` // of that line's first byte
	Found    string   `json:"found"`
	Expected string   `json:"expected"`
	Mend     []string `json:"mend"` // commands that will not be refused, the one that loses least first
	// Loses says what is gone after a command of Mend, beside what it keeps aside; those that lose nothing are not in it.
	Loses map[string]string `json:"loses,omitempty"`
	Heals bool              `json:"heals"` // opening the project mends it; it is what a killed engine leaves
}

func (d *Damage) Error() string {
	at := d.Project + "/" + d.File
	if d.Line > 0 {
		at += fmt.Sprintf(":%d (byte %d)", d.Line, d.Offset)
	}
	return fmt.Sprintf("%s: %s: want %s; to mend it: %s", at, d.Found, d.Expected, strings.Join(d.Mend, ", or "))
}

// damaged is all damage as one error; nil where there is none.
func damaged(all []*Damage) error {
	var errs []error
	for _, d := range all {
		errs = append(errs, d)
	}
	return errors.Join(errs...)
}

// The commands that mend.
func reconstruct(id string) string { return "shadowrun pipeline reconstruct " + id }
func restore(id string) string     { return "shadowrun pipeline restore " + id }
func acceptEdit(id string) string  { return "shadowrun pipeline doctor " + id + " --accept" }
func restart(id string) string     { return "shadowrun pipeline restart " + id + " --fresh" }

// opening mends what a killed engine leaves.
func opening(id string) string { return "shadowrun pipeline run " + id }
