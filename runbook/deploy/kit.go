package deploy

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed files
var embedded embed.FS

// Kit is the files of one program.
type Kit struct {
	Name  string
	About string
	Next  []string // how they are installed, a command each, in the folder that they were written to

	made func() ([]File, error) // those that are not templates
}

// File is a file to write.
type File struct {
	Name    string // below the folder, with slashes
	Content []byte
}

// Kits are all there are, in order of their use.
func Kits() []Kit { return kits }

var kits = []Kit{
	{
		Name: "systemd", About: "the soak, its monitor, and a sanity check every four hours",
		Next: []string{
			"sudo useradd --system --home-dir {{.State}} {{.User}}",
			"sudo install -m 0644 -t /etc/systemd/system shadowrun.service shadowrun-monitor.service shadowrun-sanity.service shadowrun-sanity.timer",
			"sudo systemctl daemon-reload",
			"sudo systemctl start shadowrun && sudo systemctl enable --now shadowrun-monitor shadowrun-sanity.timer",
		},
	},
	{
		Name: "cron", About: "a check every 15 minutes that is silent while all is well, and the sanity check",
		Next: []string{
			"sudo install -d -o {{.User}} {{.State}} {{.State}}/log", // only a monitor makes it, and without it the shell can't begin
			"sudo install -m 0644 shadowrun.cron /etc/cron.d/shadowrun",
		},
	},
	{
		Name: "prometheus", About: "what to scrape, and alert rules for every condition and state",
		Next: []string{
			"promtool check rules shadowrun-rules.yml",
			"sudo install -m 0644 -t /etc/prometheus shadowrun-rules.yml",
			"paste shadowrun-scrape.yml into /etc/prometheus/prometheus.yml, then: sudo systemctl reload prometheus",
		},
		made: ruleFiles,
	},
	{
		Name: "grafana", About: "a dashboard: as a file for provisioning, and in the wrapper that the API wants",
		Next: []string{
			"sudo install -m 0644 shadowrun-provider.yml /etc/grafana/provisioning/dashboards/shadowrun.yml",
			"sudo install -D -m 0644 shadowrun-dashboard.json /var/lib/grafana/dashboards/shadowrun-dashboard.json",
			"or: curl -H 'Content-Type: application/json' -d @shadowrun-dashboard-api.json http://admin:PASSWORD@localhost:3000/api/dashboards/db",
		},
		made: dashboardFiles,
	},
	{
		Name: "alertmanager", About: "a route that pages for what is critical only, and its receivers, to be filled in",
		Next: []string{"amtool check-config shadowrun-alertmanager.yml", "merge it into /etc/alertmanager/alertmanager.yml"},
	},
	{
		Name: "logrotate", About: "rotation of what the monitor and the checks log",
		Next: []string{"sudo install -m 0644 shadowrun.logrotate /etc/logrotate.d/shadowrun"},
	},
}

// Find returns the kit of a name.
func Find(name string) (Kit, error) {
	var names []string
	for _, k := range kits {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kit{}, fmt.Errorf("%q: want one of %s", name, strings.Join(names, ", "))
}

// Files are the kit's files with these settings, in order of their names.
func (k Kit) Files(s Settings) ([]File, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(embedded, path.Join("files", k.Name))
	if err != nil {
		return nil, err
	}
	var files []File
	for _, e := range entries {
		text, err := fs.ReadFile(embedded, path.Join("files", k.Name, e.Name()))
		if err != nil {
			return nil, err
		}
		content, err := fill(e.Name(), string(text), s)
		if err != nil {
			return nil, err
		}
		files = append(files, File{e.Name(), content})
	}
	if k.made != nil {
		made, err := k.made()
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	return files, nil
}

// Install are the commands that install the files, with these settings.
func (k Kit) Install(s Settings) (commands []string, err error) {
	for _, next := range k.Next {
		command, err := fill(k.Name, next, s)
		if err != nil {
			return nil, err
		}
		commands = append(commands, string(command))
	}
	return commands, nil
}

// fill fills settings into a text, between {{ and }}.
func fill(name, text string, s Settings) ([]byte, error) {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, s)
	return out.Bytes(), err
}
