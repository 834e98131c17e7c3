package cmd

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// openTerminal is a terminal, and the person's end of it.
func openTerminal(t *testing.T) (person, tty *os.File) {
	t.Helper()
	person, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close(); person.Close() })
	return person, tty
}

// shown returns what a person has seen once it holds some text.
func shown(t *testing.T, person *os.File, text string) string {
	t.Helper()
	var seen bytes.Buffer
	for buf := make([]byte, 256); !strings.Contains(seen.String(), text); {
		n, err := person.Read(buf)
		if err != nil {
			t.Fatalf("seen %q, want %q: %v", &seen, text, err)
		}
		seen.Write(buf[:n])
	}
	return seen.String()
}

func TestAPassphraseIsAskedForAndNotShown(t *testing.T) {
	for _, test := range []struct{ name, typed, want string }{
		{"typed", "open sesame\r", "open sesame"},
		{"mended", "open barley\x7f\x7f\x7f\x7f\x7f\x7fsesame\r", "open sesame"},
		{"empty", "\r", ""},
		{"given up", "open\x03", "nothing was answered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			person, tty := openTerminal(t)
			before, err := term.GetState(int(tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			answer := make(chan string)
			go func() {
				text, err := askTerminal(t.Context(), tty, "passphrase: ")
				if err != nil {
					text = []byte(err.Error())
				}
				answer <- string(text)
			}()
			seen := shown(t, person, "passphrase: ")
			if _, err := person.WriteString(test.typed); err != nil {
				t.Fatal(err)
			}
			if got := <-answer; got != test.want {
				t.Errorf("answer %q, want %q", got, test.want)
			}
			if _, err := tty.WriteString("end"); err != nil {
				t.Fatal(err)
			}
			if seen += shown(t, person, "end"); strings.Contains(seen, "open") || strings.Contains(seen, "sesame") {
				t.Errorf("shown: %q", seen)
			}
			if after, err := term.GetState(int(tty.Fd())); err != nil || *after != *before {
				t.Errorf("the terminal is left as %+v, %v; want %+v", after, err, before)
			}
		})
	}
}

func TestAPassphraseIsAskedForByAProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "askpass")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '%s\\n' \"$1\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, require := range []string{"prefer", "force"} {
		t.Run(require, func(t *testing.T) {
			t.Setenv("SSH_ASKPASS", program)
			t.Setenv("SSH_ASKPASS_REQUIRE", require)
			got, err := new(app).askPassphrase(t.Context(), "~/.ssh/id")
			if want := "passphrase of ~/.ssh/id: "; string(got) != want || err != nil {
				t.Errorf("answer %q, %v, want what the program prints: %q", got, err, want)
			}
		})
	}
	t.Setenv("SSH_ASKPASS", "/nowhere/askpass")
	t.Setenv("SSH_ASKPASS_REQUIRE", "force")
	if _, err := new(app).askPassphrase(t.Context(), "id"); err == nil || !strings.Contains(err.Error(), "/nowhere/askpass (SSH_ASKPASS)") {
		t.Errorf("err = %v, want one that names the program", err)
	}
}

// Who ends the program while it asks gets the terminal back.
func TestAskingEndsWithTheProgram(t *testing.T) {
	person, tty := openTerminal(t)
	ctx, end := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := askTerminal(ctx, tty, "passphrase: ")
		answer <- err
	}()
	shown(t, person, "passphrase: ")
	end()
	if err := <-answer; err == nil {
		t.Error("answered, want an error")
	}
}
