package harness

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStopConfig(t *testing.T) {
	for _, c := range []struct {
		name, text string
		engine     bool
		file       string // relative to the configuration's folder, or absolute
		want       StopConfig
	}{
		{"nothing is said: it stops the soak alone", "", false, "", StopConfig{Timeout: Duration(30 * time.Second), InFlight: InFlightFinish}},
		{"all is", "stop:\n  file: /var/lib/engine/.stop\n  hook:\n    enable: [[systemctl, stop, engine]]\n    disable: [[systemctl, start, engine]]\n  timeout: 5s\n  in_flight: abandon\n",
			true, "/var/lib/engine/.stop", StopConfig{File: "/var/lib/engine/.stop", Timeout: Duration(5 * time.Second), InFlight: InFlightAbandon,
				Hook: StopHook{Enable: [][]string{{"systemctl", "stop", "engine"}}, Disable: [][]string{{"systemctl", "start", "engine"}}}}},
		{"a file beside the configuration", "stop: {file: run/.stop}\n", true, "run/.stop",
			StopConfig{File: "run/.stop", Timeout: Duration(30 * time.Second), InFlight: InFlightFinish}},
		{"a command that lets it go on", "stop: {hook: {disable: [[./go-on.sh]]}}\n", true, "",
			StopConfig{Hook: StopHook{Disable: [][]string{{"./go-on.sh"}}}, Timeout: Duration(30 * time.Second), InFlight: InFlightFinish}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "shadowrun.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
				t.Fatal(err)
			}
			config, err := LoadConfig(path)
			if err != nil {
				t.Fatal(err)
			}
			config = config.Defaults()
			if diff := cmp.Diff(c.want, config.Stop); diff != "" {
				t.Errorf("stop (-want +got)\n%s", diff)
			}
			if c.file != "" && !filepath.IsAbs(c.file) {
				c.file = filepath.Join(filepath.Dir(path), c.file)
			}
			if got := config.StopFile(); got != c.file || config.StopsEngine() != c.engine {
				t.Errorf("file %q, stops an engine: %t; want %q, %t", got, config.StopsEngine(), c.file, c.engine)
			}
		})
	}
}
