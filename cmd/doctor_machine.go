package cmd

import (
	"bytes"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/replay/explain"
)

// machineJSON is what the machine is, as far as it bears on what works.
type machineJSON struct {
	Shadowrun  string `json:"shadowrun"`
	Platform   string `json:"platform"`
	Kernel     string `json:"kernel"`
	Container  string `json:"container,omitempty"`
	User       string `json:"user"`
	CPUs       int    `json:"cpus"`
	Ptrace     string `json:"ptrace"`
	Seccomp    string `json:"seccomp"`
	Namespaces string `json:"namespaces"`
}

// lookAtMachine looks at files that anybody may read. What ptrace and namespaces are good for was tried by the probes.
func lookAtMachine(factors []explain.Factor) machineJSON {
	m := machineJSON{Shadowrun: version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Kernel: kernel(), Container: container(),
		User: account(), CPUs: runtime.NumCPU(), Seccomp: seccomp()}
	m.Ptrace, m.Namespaces = "works", "of process ids: work"
	for _, f := range factors {
		switch {
		case f.Available:
		case f.Name == "clock":
			m.Ptrace = f.Why
		case f.Name == "pid":
			m.Namespaces = f.Why
		}
	}
	return m
}

func (m machineJSON) rows() [][2]string {
	rows := [][2]string{{"shadowrun", m.Shadowrun}, {"platform", m.Platform}, {"kernel", m.Kernel}}
	in := m.Container
	if in == "" {
		in = "no sign of one"
	}
	return append(rows, [2]string{"container", in}, [2]string{"user", m.User}, [2]string{"CPUs", fmt.Sprint(m.CPUs)},
		[2]string{"ptrace", m.Ptrace}, [2]string{"seccomp", m.Seccomp}, [2]string{"namespaces", m.Namespaces})
}

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown: " + err.Error()
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}

func account() string {
	who := fmt.Sprintf("uid %d", os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		who = u.Username + ", " + who
	}
	return who
}

// containerSigns are files that a container's software leaves in it.
var containerSigns = []struct{ file, of string }{
	{"/.dockerenv", "Docker"},
	{"/run/.containerenv", "Podman"},
	{"/run/systemd/container", ""}, // says it itself
}

// container guesses what container this is in, "" where nothing hints at one. A guess is for people; nothing is decided by it.
func container() string {
	for _, sign := range containerSigns {
		text, err := os.ReadFile(sign.file)
		switch {
		case err != nil:
		case sign.of != "":
			return sign.of
		default:
			return strings.TrimSpace(string(text))
		}
	}
	if os.Getenv("KUBERNETES_SERVICE_HOST") != "" {
		return "Kubernetes"
	}
	text, _ := os.ReadFile("/proc/1/cgroup")
	for _, name := range []string{"docker", "kubepods", "containerd", "libpod", "lxc"} {
		if bytes.Contains(text, []byte(name)) {
			return name
		}
	}
	return ""
}

// seccomp says whether a filter is on this process.
func seccomp() string {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown: no /proc"
	}
	mode, noNew := "", ""
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "Seccomp":
			mode = strings.TrimSpace(value)
		case "NoNewPrivs":
			noNew = strings.TrimSpace(value)
		}
	}
	said := map[string]string{"0": "no filter", "1": "strict", "2": "a filter is on, as in a container"}[mode]
	if said == "" {
		said = "unknown to this kernel"
	}
	if noNew == "1" {
		said += "; no new privileges"
	}
	return said
}
