package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// This file says what is wrong with a command line, and what was probably meant.

// unknownCommand refuses an argument of a command that takes subcommands only.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath())
	if c.SuggestionsMinimumDistance <= 0 {
		c.SuggestionsMinimumDistance = 2
	}
	for _, name := range c.SuggestionsFor(args[0]) {
		return hinted(err, fmt.Sprintf("did you mean '%s %s'?", c.CommandPath(), name))
	}
	return hinted(err, helpHint(c))
}

// group makes a command that does nothing but hold others: alone, it shows what they are.
func group(c *cobra.Command) *cobra.Command {
	c.Args = unknownCommand
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// arguments refuses too few or too many.
func arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) > most:
			return hinted(fmt.Errorf("unexpected argument %q; want '%s'", args[most], c.UseLine()), helpHint(c))
		case len(args) < least:
			return hinted(fmt.Errorf("too few arguments; want '%s'", c.UseLine()), helpHint(c))
		}
		return nil
	}
}

// wrongFlag says in our words what is wrong with a flag.
func wrongFlag(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		if name := nearestFlag(c, unknown.GetSpecifiedName()); name != "" {
			return hinted(err, fmt.Sprintf("did you mean --%s?", name))
		}
	case errors.As(err, &invalid):
		why := invalid.Unwrap().Error()
		switch invalid.GetFlag().Value.Type() {
		case "int", "int64":
			why = "want a whole number"
		case "uint64":
			why = "want a whole number from 1 to 18446744073709551615"
		case "float64":
			why = "want a number"
		case "duration":
			why = "want a number with its unit, such as 30s, 5m or 24h"
		}
		return fmt.Errorf("--%s %s: %s", invalid.GetFlag().Name, invalid.GetValue(), why)
	}
	return hinted(err, helpHint(c))
}

// oneOf refuses flags that say different things about the same.
func oneOf(c *cobra.Command, names ...string) error {
	var set []string
	for _, name := range names {
		if c.Flags().Changed(name) {
			set = append(set, "--"+name)
		}
	}
	if len(set) < 2 {
		return nil
	}
	return hinted(fmt.Errorf("%s: want one of them, not both", strings.Join(set, " and ")), helpHint(c))
}

// noEmptyFlag refuses the empty text that a shell makes of a variable that is not set: it would
// stand for the flag's default, such as another state folder than the one that was meant.
func noEmptyFlag(c *cobra.Command, _ []string) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" {
			instead, text := pflag.UnquoteUsage(f)
			if instead = "want a " + instead; strings.Contains(text, "(default") {
				instead = "leave it out for the default"
			}
			err = hinted(fmt.Errorf("--%s: it is empty; %s", f.Name, instead), helpHint(c))
		}
	})
	return err
}

func helpHint(c *cobra.Command) string {
	return fmt.Sprintf("'%s --help' says what there is", c.CommandPath())
}

// nearestFlag returns the flag of a command whose name is most like a word, or "". Cobra knows
// how to find the command that was meant; flags are given to it as such.
func nearestFlag(c *cobra.Command, word string) string {
	words := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			words.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	for _, name := range words.SuggestionsFor(word) {
		return name
	}
	return ""
}
