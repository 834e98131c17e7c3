package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"golang.org/x/term"
)

// askPassphrase asks for the passphrase of a key as ssh does: by the program in SSH_ASKPASS where there is no terminal
// or SSH_ASKPASS_REQUIRE says so, and else on the terminal.
func (a *app) askPassphrase(ctx context.Context, file string) ([]byte, error) {
	prompt := fmt.Sprintf("passphrase of %s: ", printable(file))
	program, require := os.Getenv("SSH_ASKPASS"), os.Getenv("SSH_ASKPASS_REQUIRE")
	if program != "" && (require == "force" || require == "prefer") {
		return askProgram(ctx, program, prompt)
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err == nil {
		defer tty.Close()
		return askTerminal(ctx, tty, prompt)
	}
	if program != "" && require != "never" {
		return askProgram(ctx, program, prompt)
	}
	return nil, errors.New("there is no terminal to ask on: set SSH_ASKPASS to a program that answers, or add the key to an agent and name its public part")
}

func askProgram(ctx context.Context, program, prompt string) ([]byte, error) {
	c := exec.CommandContext(ctx, program, prompt)
	c.Stderr = os.Stderr
	answer, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("%s (SSH_ASKPASS): %w", program, err)
	}
	return bytes.TrimRight(answer, "\r\n"), nil
}

// askTerminal reads a line that is not shown.
func askTerminal(ctx context.Context, tty *os.File, prompt string) (answer []byte, err error) {
	raw, err := tty.SyscallConn()
	if err != nil {
		return nil, err
	}
	// Fd would make the terminal one that no deadline interrupts.
	control := func(do func(fd int) error) error {
		var doErr error
		return errors.Join(raw.Control(func(fd uintptr) { doErr = do(int(fd)) }), doErr)
	}
	var before *term.State
	if err := control(func(fd int) (err error) { before, err = term.MakeRaw(fd); return err }); err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, control(func(fd int) error { return term.Restore(fd, before) }))
	}()
	defer context.AfterFunc(ctx, func() { tty.SetReadDeadline(time.Now()) })()
	text, err := term.NewTerminal(tty, "").ReadPassword(prompt)
	if err != nil {
		return nil, errors.New("nothing was answered")
	}
	return []byte(text), nil
}
