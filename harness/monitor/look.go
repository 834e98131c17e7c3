package monitor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// Options say how to look. The zero value works.
type Options struct {
	Now func() time.Time // nil: time.Now
}

// looks is how often ledger and lock are looked at until they agree.
const looks = 3

// Look observes the latest soak of a state folder.
func Look(dir string, options Options) Observation {
	if options.Now == nil {
		options.Now = time.Now
	}
	var o Observation
	for range looks {
		o = Observation{Dir: dir}
		o.readLedger()
		o.At = options.Now()
		o.lookForProcess()
		if o.Phase() != PhaseDead {
			break
		}
		// A soak that ended, or went on, after the ledger was read and before the lock was looked at
		// is not dead. One that is dead looks the same once more.
		again := Observation{At: o.At, Dir: dir, Process: o.Process}
		if again.readLedger(); again.Soak == o.Soak && again.Sessions == o.Sessions && again.Session.Ended.Equal(o.Session.Ended) {
			break
		}
	}
	for i := range o.Findings {
		f := &o.Findings[i]
		if !f.AcceptedAt(o.At) {
			f.Accepted = nil
		}
		if o.Soak.ID > 1 { // the latest soak need not be that any more when the command is pasted
			f.Reproduction += fmt.Sprintf(" --soak %d", o.Soak.ID)
		}
	}
	o.readStop()
	o.Disks = lookAtDisks(dir)
	o.weighGoldens()
	return o
}

// readLedger reads what there is of the latest soak, from a ledger that is opened anew: see [ledger.View].
func (o *Observation) readLedger() {
	path := soak.LedgerPath(o.Dir)
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return // or a soak has only just begun to write it
	}
	l, err := ledger.View(path)
	if err != nil {
		o.Unread = err
		return
	}
	defer l.Close()
	if err := o.readSoak(l); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		o.Unread = err
	}
}

func (o *Observation) readSoak(l *ledger.Reader) (err error) {
	if o.Soak, err = l.Latest(); err != nil {
		return err
	}
	if o.Config, err = soak.ReadConfig(o.Soak.Config); err != nil {
		o.Blind = append(o.Blind, err.Error())
	}
	o.Config = o.Config.Defaults()
	sessions, err := l.Sessions(o.Soak.ID)
	if err != nil {
		return err
	}
	if o.Sessions = len(sessions); o.Sessions > 0 {
		o.Session = sessions[o.Sessions-1]
		for _, s := range sessions[:o.Sessions-1] {
			o.Earlier += s.Ended.Sub(s.Started)
		}
	}
	// Sums before findings: a sum without its finding would be an alarm.
	if o.Last, err = l.LastCheckpoint(o.Soak.ID); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	last, err := l.LastCycle(o.Soak.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	o.Cycle = last.Ended.Sub(last.Started)
	o.Findings, err = l.Findings(o.Soak.ID)
	return err
}

// weighGoldens adds up the folder's segments: few, however many goldens they hold.
func (o *Observation) weighGoldens() {
	files, err := os.ReadDir(soak.GoldenDir(o.Dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		o.blind("goldens", err)
	}
	for _, f := range files {
		info, err := f.Info()
		switch {
		case err == nil:
			o.Goldens += info.Size()
		case !errors.Is(err, fs.ErrNotExist): // it was sealed under another name meanwhile
			o.blind(filepath.Join("goldens", f.Name()), err)
		}
	}
}

func (o *Observation) blind(what string, err error) {
	o.Blind = append(o.Blind, fmt.Sprintf("%s: %v", what, err))
}
