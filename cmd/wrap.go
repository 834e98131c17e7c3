package cmd

import (
	"strings"
	"unicode/utf8"
)

// width is what tables are made for, in columns; indent is where what they say of a thing begins.
const width, indent = 80, 14

// wrapped breaks a text at its spaces into lines of at most so many columns. A longer word has a line of its own.
func wrapped(text string, columns int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= columns:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
