package soak

import "strings"

// ShellQuote returns a word as a shell takes it literally, quoted only where it must be.
func ShellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// StateFlag returns the flag that names a state folder in a command to paste, with a space in
// front; nothing where it is the one that is used without.
func StateFlag(dir string) string {
	if d, err := DefaultState(); err == nil && d == dir {
		return ""
	}
	return " --state " + ShellQuote(dir)
}
