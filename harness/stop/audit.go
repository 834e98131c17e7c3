package stop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/shadowrun/shadowrun/harness/ledger"
)

// What the audit log says was done. A soak says that it saw a stop, and that it went on.
const (
	actions       = "stop "
	ActionEnable  = actions + "enabled"
	ActionAgain   = actions + "enabled again"
	ActionDisable = actions + "disabled"
	ActionNone    = actions + "disabled where none stood"
	ActionSeen    = actions + "seen"
	ActionOver    = actions + "over"
)

// Log returns the entries of the audit log that are about the emergency stop, oldest first.
func Log(r *ledger.Reader) (entries []ledger.Action, err error) {
	for a, err := range r.Actions() {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(a.What, actions) {
			entries = append(entries, a)
		}
	}
	return entries, nil
}

// enter enters what was done in the audit log.
func (d *Done) enter(r Request, what string) {
	var detail []string
	if r.Reason != "" {
		detail = append(detail, r.Reason)
	}
	for _, s := range d.Steps {
		detail = append(detail, s.String())
	}
	who := r.Who
	if r.Host != "" {
		who += " on " + r.Host
	}
	step := Step{What: auditLog, Did: "entered"}
	if err := enter(r.Ledger, ledger.Action{At: r.At, Who: who, What: what, Detail: strings.Join(detail, "; ")}); err != nil {
		step.Did, step.Err = "", err
	}
	d.Steps = append(d.Steps, step)
}

func enter(path string, entry ledger.Action) error {
	rows, err := ledger.Append(path)
	if err == nil {
		return errors.Join(rows.AppendAction(entry), rows.Close())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole, err := ledger.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(whole.AppendAction(entry), whole.Close(), leaveTo(path))
}

// leaveTo gives a ledger that root made to the owner of its folder, whose soak is to write it.
func leaveTo(path string) error {
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 || stat.Uid == 0 {
		return nil
	}
	if err := os.Chown(path, int(stat.Uid), int(stat.Gid)); err != nil {
		return fmt.Errorf("the ledger was made, and is root's: %w", err)
	}
	return nil
}
