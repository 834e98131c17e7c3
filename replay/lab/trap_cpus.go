package lab

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// This file says how a machine of n CPUs looks, in files that list them. It is made of how this one looks.

// firstCPUs is a mask of the first n CPUs, whole words of 64.
func firstCPUs(n int) []byte {
	mask := make([]byte, (n+63)/64*8)
	for i := range n {
		mask[i/8] |= 1 << (i % 8)
	}
	return mask
}

// cpuRange is how the kernel writes the first so many CPUs: 0, or 0-63.
func cpuRange(level string) string {
	if n, err := strconv.Atoi(level); err == nil && n > 1 {
		return "0-" + strconv.Itoa(n-1)
	}
	return "0"
}

// cpuNumbers are the keys of /proc/cpuinfo that count.
var cpuNumbers = map[string]bool{"processor": true, "core id": true, "apicid": true, "initial apicid": true}

// cpuInfo is /proc/cpuinfo with n stanzas, each like the first but for its number. What follows the stanzas, as on ARM, is kept.
func cpuInfo(text []byte, n int) []byte {
	stanzas := strings.SplitAfter(string(text), "\n\n")
	rest := ""
	for _, s := range stanzas {
		if !strings.HasPrefix(s, "processor") {
			rest += s
		}
	}
	if !strings.HasPrefix(stanzas[0], "processor") {
		return text
	}
	var out bytes.Buffer
	for i := range n {
		for line := range strings.Lines(strings.TrimRight(stanzas[0], "\n")) {
			key, value, ok := strings.Cut(line, ":")
			name := strings.TrimSpace(key)
			switch {
			case ok && cpuNumbers[name]:
				fmt.Fprintf(&out, "%s: %d\n", key, i)
			case ok && (name == "siblings" || name == "cpu cores"):
				fmt.Fprintf(&out, "%s: %d\n", key, n)
			default:
				fmt.Fprintf(&out, "%s%s%s\n", key, map[bool]string{true: ":"}[ok], strings.TrimSuffix(value, "\n"))
			}
		}
		out.WriteByte('\n')
	}
	out.WriteString(rest)
	return out.Bytes()
}

// cpuStat is /proc/stat with n lines for CPUs, each with the times of the first.
func cpuStat(text []byte, n int) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(string(text)) {
		name, times, _ := strings.Cut(line, " ")
		switch {
		case name == "cpu0":
			for i := range n {
				fmt.Fprintf(&out, "cpu%d %s", i, times)
			}
		case strings.HasPrefix(name, "cpu") && name != "cpu":
		default:
			out.WriteString(line)
		}
	}
	return out.Bytes()
}
