package cmd

import (
	"context"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// programJSON is a program that workflows are often written for.
type programJSON struct {
	Name  string `json:"name"`
	Found bool   `json:"found"`
	About string `json:"about,omitempty"`
}

// programs are looked for, and asked for their version.
var programs = [][]string{
	{"python3", "--version"}, {"node", "--version"}, {"go", "version"}, {"gcc", "--version"},
	{"java", "-version"}, {"perl", "-e", "printf 'perl %vd', $^V"}, {"ruby", "--version"}, {"php", "--version"},
}

// patience is how long a program may take to say its version. One that takes longer is found all the same.
const patience = 2 * time.Second

func lookForPrograms(ctx context.Context) []programJSON {
	found := make([]programJSON, len(programs))
	var work errgroup.Group
	for i, p := range programs {
		work.Go(func() error {
			found[i] = lookForProgram(ctx, p)
			return nil
		})
	}
	work.Wait()
	return found
}

func lookForProgram(ctx context.Context, argv []string) programJSON {
	p := programJSON{Name: argv[0]}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return p
	}
	p.Found, p.About = true, path
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := exec.CommandContext(ctx, path, argv[1:]...)
	c.WaitDelay = patience // a wrapper's child may hold the pipe
	out, err := c.CombinedOutput()
	if first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n"); err == nil && first != "" {
		p.About = shortened(first) + ", " + path
	}
	return p
}
