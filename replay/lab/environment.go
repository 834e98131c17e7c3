package lab

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// This file changes what a program is told in variables. It is pure: which zone files there are, and where private
// folders are, is told to it.

// environmentOf returns the environment of a treated program: what env says, later entries first in rank, changed as the treatment
// demands, sorted. The folders are those of [foldersOf]; hasZone tells whether there is a file for a zone.
func (t Treatment) environmentOf(env []string, folders folders, hasZone func(string) bool) ([]string, error) {
	vars := map[string]string{}
	for _, v := range env {
		if name, value, ok := strings.Cut(v, "="); ok {
			vars[name] = value
		}
	}
	if zone, ok := t["tz"]; ok {
		form, err := zoneForm(zone, hasZone)
		if err != nil {
			return nil, err
		}
		vars["TZ"] = form
	}
	if level, ok := t["locale"]; ok {
		setLocale(vars, level)
	}
	if level, ok := t["hash-seed"]; ok {
		if err := setHashSeed(vars, level); err != nil {
			return nil, err
		}
	}
	if n, ok := t["env"]; ok && n != "none" {
		setSentinels(vars, n)
	}
	if n, ok := t["user"]; ok {
		setPresent(vars, "shadowrun-lab-user-"+n, "USERNAME")
		vars["USER"], vars["LOGNAME"] = "shadowrun-lab-user-"+n, "shadowrun-lab-user-"+n
	}
	if _, ok := t["scheduling"]; ok && t["scheduling"] == "one" {
		vars["GOMAXPROCS"], vars["UV_THREADPOOL_SIZE"] = "1", "1" // threads of a pool take work in an order of their own
	}
	if folders.home != "" {
		vars["HOME"] = folders.home
	}
	if folders.tmp != "" {
		setPresent(vars, folders.tmp, "TMP", "TEMP")
		vars["TMPDIR"] = folders.tmp
	}
	if folders.work != "" {
		setPresent(vars, folders.work, "PWD")
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		changed = append(changed, name+"="+vars[name])
	}
	return changed, nil
}

// setPresent sets those of the variables that are there: one that a program finds nowhere else would be a difference of the lab's.
func setPresent(vars map[string]string, value string, names ...string) {
	for _, name := range names {
		if _, ok := vars[name]; ok {
			vars[name] = value
		}
	}
}

// setLocale sets what decides alone, and whatever else is there that a program might read by itself.
func setLocale(vars map[string]string, level string) {
	for name := range vars {
		if strings.HasPrefix(name, "LC_") {
			vars[name] = level
		}
	}
	language, _, _ := strings.Cut(level, ".")
	vars["LC_ALL"], vars["LANG"], vars["LANGUAGE"] = level, level, language
}

// setHashSeed sets the seeds of those languages that let themselves be told. Perl reads up to 64 hexadecimal digits from the left, and
// barely tells seeds apart that differ in a bit (1 and 3 gave one order), so it gets a digest.
// The hashes of Go come from AT_RANDOM, Ruby's from getrandom, and Node's can't be told in NODE_OPTIONS: they follow entropy.
func setHashSeed(vars map[string]string, level string) error {
	seed, err := strconv.ParseUint(level, 10, 32)
	if err != nil {
		return fmt.Errorf("hash-seed=%s: want a number below 2^32", level)
	}
	vars["PYTHONHASHSEED"] = strconv.FormatUint(seed, 10)
	vars["PERL_HASH_SEED"] = fmt.Sprintf("0x%x", sha256.Sum256([]byte(vars["PYTHONHASHSEED"])))
	vars["PERL_PERTURB_KEYS"] = "0" // else the order of keys is stirred once more as they are put in
	return nil
}

// setSentinels adds a variable that stands nowhere by chance, and others for what programs like to look at; where commands
// are sought last is a folder that there is not. Variables that a program knows and that are not set are left so: what
// one of them would set off, nobody can say.
func setSentinels(vars map[string]string, n string) {
	number, _ := strconv.Atoi(n)
	mark := "shadowrun-lab-env-" + n
	vars["LAB_SENTINEL"] = mark
	vars["SHELL"] = "/bin/" + mark
	vars["EDITOR"], vars["PAGER"] = mark, mark
	if path, ok := vars["PATH"]; ok {
		vars["PATH"] = path + ":/" + mark
	}
	vars["COLUMNS"], vars["LINES"] = strconv.Itoa(100+number), strconv.Itoa(40+number)
}

// posixZones are the default levels in the form that needs no zone file (POSIX.1-2024, 8.3): offsets count westwards.
var posixZones = map[string]string{
	"UTC":              "UTC0",
	"Asia/Kathmandu":   "<+0545>-5:45",
	"America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
}

var posixZone = regexp.MustCompile(`^(<[-+A-Za-z0-9]{3,}>|[A-Za-z]{3,})[-+]?[0-9]`)

// zoneForm returns what TZ is to hold for a zone.
func zoneForm(zone string, hasZone func(string) bool) (string, error) {
	if hasZone(zone) || posixZone.MatchString(zone) {
		return zone, nil
	}
	if form, ok := posixZones[zone]; ok {
		return form, nil
	}
	return "", fmt.Errorf("tz=%s: this machine has no such zone file; install tzdata, or give the zone as POSIX does, such as %s",
		zone, posixZones["Asia/Kathmandu"])
}

// hasZoneFile looks where C libraries do.
func hasZoneFile(zone string) bool {
	if !filepath.IsLocal(zone) {
		return false
	}
	for _, dir := range []string{"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"} {
		if info, err := os.Stat(filepath.Join(dir, zone)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}
