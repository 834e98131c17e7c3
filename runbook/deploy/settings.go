package deploy

import (
	"fmt"
	"path/filepath"
	"regexp"
	"time"
)

// Settings are what the files depend on. Every one is needed.
type Settings struct {
	Command  string        // the program, absolute
	State    string        // the state folder, absolute
	Config   string        // shadowrun.yaml, absolute
	User     string        // who runs it
	Listen   string        // host:port at which the monitor is scraped
	Duration time.Duration // of a soak
}

// Defaults are the settings of an installation as the files' comments describe it.
func Defaults() Settings {
	return Settings{
		Command: "/usr/local/bin/shadowrun", State: "/var/lib/shadowrun", Config: "/etc/shadowrun/shadowrun.yaml",
		User: "shadowrun", Listen: "127.0.0.1:9464", Duration: 24 * time.Hour,
	}
}

// Dir is the folder of the configuration, in which commands run.
func (s Settings) Dir() string { return filepath.Dir(s.Config) }

// Name is the state folder's last element, by which systemd makes it below /var/lib.
func (s Settings) Name() string { return filepath.Base(s.State) }

// plain is what needs no quoting in a unit, a crontab, YAML or a shell: each quotes by rules of its own,
// and % alone means something else in three of them.
var plain = regexp.MustCompile(`^[A-Za-z0-9/._:@+=,\[\]-]+$`)

func (s Settings) check() error {
	for _, v := range []struct{ flag, value string }{
		{"--command", s.Command}, {"--state", s.State}, {"--config", s.Config}, {"--user", s.User}, {"--listen", s.Listen},
	} {
		if !plain.MatchString(v.value) {
			return fmt.Errorf("%s %q: units and crontabs read some of its characters otherwise; want letters, digits and / . _ : @ + = , -", v.flag, v.value)
		}
	}
	for _, v := range []struct{ flag, value string }{{"--command", s.Command}, {"--state", s.State}, {"--config", s.Config}} {
		if !filepath.IsAbs(v.value) {
			return fmt.Errorf("%s %s: want an absolute path", v.flag, v.value)
		}
	}
	if s.Duration <= 0 {
		return fmt.Errorf("--duration %v: want more than 0", s.Duration)
	}
	return nil
}
