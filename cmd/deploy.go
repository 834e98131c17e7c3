package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook/deploy"
)

func (a *app) deployCommand() *cobra.Command {
	settings := deploy.Defaults()
	if self, err := os.Executable(); err == nil {
		settings.Command = self
	}
	var to string
	var force bool
	c := &cobra.Command{
		Use:   "deploy KIT --to DIR",
		Short: "Write the files with which a soak is run and watched: units, alert rules, a dashboard",
		Long: `Writes files to look at, and says how they are installed. 'shadowrun deploy' lists the kits.

Their modes let every user read them, whatever the umask. A file that is there already and reads otherwise is
left alone, unless --force is given.`,
		Example: `  shadowrun deploy
  shadowrun deploy systemd --to units --config /srv/engine/shadowrun.yaml
  shadowrun deploy prometheus --to /etc/prometheus`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listKits()
			}
			if a.stateFlag != "" {
				settings.State = a.stateFlag
			}
			if a.configFlag != "" {
				settings.Config = a.configFlag
			}
			return a.deploy(args[0], to, settings, force)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, k := range deploy.Kits() {
				names = append(names, k.Name+"\t"+k.About)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	flags := c.Flags()
	flags.StringVar(&to, "to", "", "`folder` to write to, made where it is not there")
	flags.StringVar(&settings.Command, "command", settings.Command, "`path` of the program")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` (default "+settings.Config+")")
	flags.StringVar(&settings.User, "user", settings.User, "`name` of who runs it")
	flags.StringVar(&settings.Listen, "listen", settings.Listen, "`address` at which the monitor is scraped")
	flags.DurationVar(&settings.Duration, "duration", settings.Duration, "active `time` of a soak")
	flags.BoolVar(&force, "force", false, "write over files that read otherwise")
	return c
}

func (a *app) listKits() error {
	if a.json {
		list := kitsJSON{Version: 1, Kits: []kitJSON{}}
		for _, k := range deploy.Kits() {
			list.Kits = append(list.Kits, kitJSON{k.Name, k.About})
		}
		return a.printJSON(list)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, k := range deploy.Kits() {
		fmt.Fprintf(w, "%s\t%s\n", k.Name, k.About)
	}
	return w.Flush()
}

func (a *app) deploy(name, to string, s deploy.Settings, force bool) error {
	kit, err := deploy.Find(name)
	if err != nil {
		return err
	}
	if to == "" {
		return hinted(errors.New("where to write to is missing"), fmt.Sprintf("shadowrun deploy %s --to DIR", name))
	}
	files, err := kit.Files(s)
	if err != nil {
		return err
	}
	next, err := kit.Install(s)
	if err != nil {
		return err
	}
	written, err := deploy.Write(to, files, force)
	var changed *deploy.ChangedError
	if errors.As(err, &changed) {
		return hinted(fmt.Errorf("%w; nothing was written", err), "--to ANOTHER shows what is new: diff "+soak.ShellQuote(changed.Path)+" ANOTHER/"+filepath.Base(changed.Path), "--force writes over it")
	}
	if err != nil {
		return fmt.Errorf("deploy %s: %w", name, err)
	}
	if a.json {
		return a.printJSON(deployJSON{1, kit.Name, written, next})
	}
	for _, path := range written {
		fmt.Fprintln(a.out, path)
	}
	for _, command := range next {
		a.hint("%s", command)
	}
	return nil
}

// kitsJSON is 'shadowrun deploy --json'.
type kitsJSON struct {
	Version int       `json:"version"`
	Kits    []kitJSON `json:"kits"`
}

type kitJSON struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// deployJSON is 'shadowrun deploy KIT --json'.
type deployJSON struct {
	Version int      `json:"version"`
	Kit     string   `json:"kit"`
	Written []string `json:"written"`
	Next    []string `json:"next"` // how they are installed
}
