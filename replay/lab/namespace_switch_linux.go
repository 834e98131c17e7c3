package lab

import (
	"os"
	"strings"
)

// userSwitches are the ways to switch namespaces of users off, and the value that does.
var userSwitches = []struct{ file, off, remedy string }{
	{"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=1000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"},                         // Debian's
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"}, // Ubuntu's
}

func usersAllowed() bool { return usersSwitch() == "" }

// usersSwitch returns what to set so that namespaces of users are allowed, or "" where nothing is switched off.
func usersSwitch() string {
	for _, s := range userSwitches {
		if text, err := os.ReadFile(s.file); err == nil && strings.TrimSpace(string(text)) == s.off {
			return s.remedy
		}
	}
	return ""
}
