package cmd

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/harness/report/verify"
)

// verifiedJSON is what became of checking a bundle.
type verifiedJSON struct {
	Version   int           `json:"version"`
	Bundle    string        `json:"bundle"`
	Verdict   string        `json:"verdict"`
	Intact    bool          `json:"intact"`
	Unsigned  bool          `json:"unsigned"`
	SHA256    string        `json:"sha256"`
	Bytes     int64         `json:"bytes"`
	Files     int           `json:"files"`
	Report    string        `json:"report"`
	MadeAt    time.Time     `json:"made_at"`
	Result    string        `json:"result"`
	Machine   string        `json:"machine_key,omitempty"`
	Required  int           `json:"required"`
	Counted   int           `json:"counted"`
	SignOffs  []signOffJSON `json:"sign_offs"`
	Checks    []checkedJSON `json:"checks"`
	Proves    []string      `json:"proves"`
	NotProven []string      `json:"does_not_prove"`
}

type signOffJSON struct {
	Name   string    `json:"name"`
	Role   string    `json:"role"`
	Date   time.Time `json:"date"`
	Key    string    `json:"key"`
	Counts bool      `json:"counts"`
}

type checkedJSON struct {
	What   string       `json:"what"`
	State  verify.State `json:"state"`
	Detail string       `json:"detail"`
}

// proves says what the signatures show. What was not checked, such as a sign-off without a list of approvers, shows nothing.
func proves(r verify.Result) []string {
	if !r.Intact() {
		return []string{}
	}
	by := "the holder of the machine's key made the attestation"
	if r.Counted > 0 {
		by += ", and the holders of the approvers' keys the sign-offs"
		if len(r.SignOffs) > r.Counted {
			by += " that count"
		}
	}
	return []string{"nothing in the bundle has changed since it was signed", by}
}

// notProven is what no signature can show.
var notProven = []string{
	"that the soak was honest: whoever controls its host can forge the machine's signature",
	"that a person has read what they signed: a sign-off is a statement, and its date is the signer's word",
}

func newVerifiedJSON(path string, require int, r verify.Result) verifiedJSON {
	j := verifiedJSON{jsonVersion, filepath.Base(path), string(r.Verdict()), r.Intact(), r.Unsigned, r.SHA256, r.Bytes, len(r.Files), r.Report.ID, r.Report.MadeAt, r.Report.Verdict.Result,
		r.Machine, require, r.Counted, []signOffJSON{}, []checkedJSON{}, proves(r), notProven}
	for _, s := range r.SignOffs {
		j.SignOffs = append(j.SignOffs, signOffJSON(s))
	}
	for _, c := range r.Checks {
		j.Checks = append(j.Checks, checkedJSON(c))
	}
	return j
}

func (a *app) printVerified(path string, require int, r verify.Result) error {
	if a.json {
		return a.printJSON(newVerifiedJSON(path, require, r))
	}
	result := string(r.Verdict())
	if r.Verdict() == verify.NotVerified {
		result += ": the machine's key is not known here"
	}
	fmt.Fprintf(a.out, "%s: %s, %s, %s\n", result, printable(filepath.Base(path)), quantity(len(r.Files), "file"), humanize.IBytes(uint64(r.Bytes)))
	if r.Report.Verdict.Result != "" {
		fmt.Fprintf(a.out, "the report in it, %s of %s, says: %s\n", printable(r.Report.ID), r.Report.MadeAt.Format(time.RFC3339), printable(r.Report.Verdict.Result))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range r.Checks {
		fmt.Fprintf(w, "  %s\t%s: %s\n", c.State, printable(c.What), printable(c.Detail))
	}
	w.Flush()
	if r.Verdict() != verify.Accepted {
		return nil
	}
	for _, text := range proves(r) {
		fmt.Fprintf(a.out, "shows: %s\n", text)
	}
	for _, text := range notProven {
		fmt.Fprintf(a.out, "does not show: %s\n", text)
	}
	return nil
}
