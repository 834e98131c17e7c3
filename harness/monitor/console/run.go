package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Options say where the console is shown, and what runs commands. Input and output are a terminal.
type Options struct {
	Input  io.Reader
	Output io.Writer
	Plain  bool             // without bold text; there is no colour anyway
	Self   string           // the path of the program whose commands are run
	Name   string           // that it is started under
	Now    func() time.Time // nil: time.Now
}

// Run shows a source's pages until the user quits or ctx ends.
func Run(ctx context.Context, source Source, o Options) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := newModel(source, o.Now, !o.Plain)
	m.child = func(args []string) tea.Cmd {
		c := exec.CommandContext(ctx, o.Self)
		c.Args = append([]string{o.Name}, args...)
		return tea.Exec(&child{Cmd: c, ctx: ctx}, func(err error) tea.Msg { return came{err} })
	}
	_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(o.Input), tea.WithOutput(o.Output)).Run()
	m.looking.Lock() // a look that is under way ends before its source does
	defer m.looking.Unlock()
	if errors.Is(err, tea.ErrInterrupted) || ctx.Err() != nil {
		return nil // it was asked to end
	}
	return err
}

// child is a command that has the terminal while the console steps aside. Its output stays until it
// has been read.
type child struct {
	*exec.Cmd
	ctx context.Context
}

func (c *child) SetStdin(r io.Reader)  { c.Stdin = r }
func (c *child) SetStdout(w io.Writer) { c.Stdout = w }
func (c *child) SetStderr(w io.Writer) { c.Stderr = w }

func (c *child) Run() error {
	in := c.Stdin
	c.Cmd.Stdin = nil // the keys are the console's
	fmt.Fprintf(c.Stdout, "\n$ shadowrun %s\n", strings.Join(c.Args[1:], " "))
	err := c.Cmd.Run()
	said := "exit status 0"
	var exit *exec.ExitError
	switch {
	case c.ctx.Err() != nil:
		return nil // the console ends, too
	case errors.As(err, &exit):
		said = exit.Error()
	case err != nil:
		said = err.Error()
	}
	fmt.Fprintf(c.Stdout, "\n%s; enter goes back to the console", said)
	_, err = bufio.NewReader(in).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
