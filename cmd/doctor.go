package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/replay/explain"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// doctorJSON is what works on this machine.
type doctorJSON struct {
	Version  int              `json:"version"`
	Machine  machineJSON      `json:"machine"`
	Factors  []explain.Factor `json:"factors"`
	Clients  []clientJSON     `json:"clients"`
	Programs []programJSON    `json:"programs"`
	Redirect explain.Factor   `json:"redirect"`
}

// clientJSON is a way to ask over HTTP, and whether it is recorded and answered.
type clientJSON struct {
	Name    string `json:"name"`
	Covered bool   `json:"covered"`
	How     string `json:"how"`
	Since   string `json:"since,omitempty"`
	InLab   string `json:"in_lab,omitempty"` // what is covered there besides
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what works on this machine, and why not",
		Long: `Looks at the machine, and tries every factor of the lab on a program that looks at its world: a factor is
available only if that program sees the change. Nothing is changed, and nothing is installed.

Exit status: 0, whatever works; 2 it could not look.`,
		Example: "  shadowrun doctor\n  shadowrun doctor --json",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.doctor(c) },
	}
}

func (a *app) doctor(c *cobra.Command) error {
	b, clear, err := newBench("doctor")
	if err != nil {
		return err
	}
	defer clear()
	seen := doctorJSON{Version: jsonVersion, Factors: []explain.Factor{}}
	for _, f := range lab.Probe(c.Context(), b.self, b.scratch) {
		seen.Factors = append(seen.Factors, explain.Factor{Name: f.Factor, Available: f.Available, Why: f.Why})
	}
	seen.Machine = lookAtMachine(seen.Factors)
	for _, c := range external.Clients() {
		seen.Clients = append(seen.Clients, clientJSON{c.Name, c.Covered, c.How, c.Since, c.InLab})
	}
	seen.Redirect = explain.Factor{Name: "connect", Available: true}
	if err := lab.EntranceRefused(); err != nil {
		seen.Redirect = explain.Factor{Name: "connect", Why: err.Error()}
	}
	seen.Programs = lookForPrograms(c.Context())
	if err := c.Context().Err(); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(seen)
	}
	a.writeDoctor(seen)
	return nil
}

func (a *app) writeDoctor(d doctorJSON) {
	for _, row := range d.Machine.rows() {
		a.writeRow(row[0], row[1])
	}
	fmt.Fprintln(a.out, "\nFactors that 'shadowrun explain' and 'shadowrun lab' can treat here:")
	var works []string
	for _, f := range d.Factors {
		if f.Available {
			works = append(works, f.Name)
		}
	}
	if len(works) == 0 {
		works = []string{"none"}
	}
	a.writeRow("available", strings.Join(works, ", "))
	if len(works) < len(d.Factors) {
		fmt.Fprintln(a.out, "\nNot available:")
		for _, f := range d.Factors {
			if !f.Available {
				a.writeRow(f.Name, f.Why)
			}
		}
	}
	a.writeClients(d.Clients, d.Redirect)
	fmt.Fprintln(a.out, "\nPrograms:")
	for _, p := range d.Programs {
		what := p.About
		if !p.Found {
			what = "not in PATH"
		}
		a.writeRow(p.Name, what)
	}
}

// writeClients says whose outside calls a replay is answered from the record.
func (a *app) writeClients(clients []clientJSON, redirect explain.Factor) {
	row := func(c clientJSON) {
		text := c.Name + ": " + c.How
		if c.InLab != "" {
			text += "; in the lab: " + c.InLab
		}
		a.writeRow("", text)
	}
	fmt.Fprintln(a.out, "\nOutside calls over HTTP are recorded, and answered in a replay, of:")
	for _, c := range clients {
		if c.Covered {
			row(c)
		}
	}
	fmt.Fprintln(a.out, "\nThey are not of:")
	for _, c := range clients {
		if !c.Covered {
			row(c)
		}
	}
	if !redirect.Available {
		fmt.Fprintln(a.out, "\nIn the lab, connections can't be redirected here:")
		a.writeRow("", redirect.Why)
	}
}

// writeRow writes a name and what there is to say of it, in 80 columns.
func (a *app) writeRow(name, text string) {
	for _, line := range wrapped(printable(text), width-indent) {
		fmt.Fprintf(a.out, "%-*s%s\n", indent, name, line)
		name = ""
	}
}
