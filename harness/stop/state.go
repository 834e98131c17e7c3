package stop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// State is whether a stop stands, since when, and by whom.
type State struct {
	On     bool
	Since  time.Time
	Who    string // the owner of a stop that was made by hand
	Host   string // empty where it was made by hand
	Reason string
	ByHand bool // by other means than [Enable]
}

// String says who stopped it, since when and why: "by ada on soak-1 since 2026-11-23T03:12:05Z: the database is down".
func (s State) String() string {
	if !s.On {
		return "none stands"
	}
	by := "by " + s.Who
	if s.ByHand {
		by = "made by hand, by " + s.Who
	} else if s.Host != "" {
		by += " on " + s.Host
	}
	return fmt.Sprintf("%s since %s: %s", by, s.Since.UTC().Format(time.RFC3339), s.Reason)
}

// Path returns the file that stops the soak of a state folder.
func Path(dir string) string { return filepath.Join(dir, "stop") }

// record is what [Enable] writes into the file.
type record struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Host   string    `json:"host"`
	Reason string    `json:"reason"`
}

// maxRecord bounds what is read of the file, in bytes.
const maxRecord = 64 << 10

// Read returns whether a stop stands in the state folder dir. Where that can't be seen there is an error, and the
// state is On: who can't look is to assume the worst.
func Read(dir string) (State, error) {
	path := Path(dir)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{On: true, Who: "nobody knows whom", Reason: err.Error(), ByHand: true}, fmt.Errorf("emergency stop: %w", err)
	}
	if info.Mode().IsRegular() {
		if r, ok := readRecord(path); ok {
			return State{On: true, Since: r.At, Who: r.Who, Host: r.Host, Reason: r.Reason}, nil
		}
	}
	return State{On: true, Since: info.ModTime(), Who: owner(info), Reason: "no reason is given in it", ByHand: true}, nil
}

// readRecord returns what [Enable] wrote, and false for anything else.
func readRecord(path string) (r record, ok bool) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0) // it may have become a pipe
	if err != nil {
		return r, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err != nil || len(text) > maxRecord {
		return r, false
	}
	err = json.Unmarshal(text, &r)
	return r, err == nil && !r.At.IsZero() && r.Who != ""
}

func owner(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "an unknown user"
	}
	uid := strconv.FormatUint(uint64(stat.Uid), 10)
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return "uid " + uid
}
