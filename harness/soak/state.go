package soak

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// DefaultState returns the state folder that is used where none is named:
// $XDG_STATE_HOME/shadowrun, or ~/.local/state/shadowrun.
func DefaultState() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // the specification: ignore a relative one
		return filepath.Join(dir, "shadowrun"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("where to keep the state: %w; say --state DIR", err)
	}
	return filepath.Join(home, ".local", "state", "shadowrun"), nil
}

// LedgerPath returns the ledger of a state folder.
func LedgerPath(dir string) string { return filepath.Join(dir, "ledger.db") }

// GoldenDir returns the folder of a state folder's segments.
func GoldenDir(dir string) string { return filepath.Join(dir, "golden") }

// KeyDir returns the folder of a state folder's ring.
func KeyDir(dir string) string { return filepath.Join(dir, "keys") }

// Variables of the environment that hold a shared secret with which goldens are sealed in place of
// a key pair, and the one before it, which verifies until 'golden rotate-key' has signed anew.
const (
	SecretVariable        = "SHADOWRUN_GOLDEN_KEY"
	RetiredSecretVariable = "SHADOWRUN_GOLDEN_KEY_RETIRED"
)

// ErrNoSoak is what reading a state folder without a soak is refused with.
var ErrNoSoak = errors.New("no soak has run here")

// State is a state folder that is open for reading.
type State struct {
	Dir    string
	Ledger *ledger.Reader
	Golden *golden.SegmentView
}

// View opens a state folder for reading. It is [ErrNoSoak] where there is none.
func View(dir string) (*State, error) {
	if _, err := os.Stat(LedgerPath(dir)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoSoak)
	}
	l, err := ledger.View(LedgerPath(dir))
	if err != nil {
		return nil, err
	}
	g, err := golden.ViewSegments(GoldenDir(dir), golden.BuildOptions{})
	if err != nil {
		l.Close()
		return nil, err
	}
	return &State{Dir: dir, Ledger: l, Golden: g}, nil
}

// Close gives the folder up.
func (s *State) Close() error { return errors.Join(s.Golden.Close(), s.Ledger.Close()) }

// Soak returns the soak of a number, or the latest for 0.
func (s *State) Soak(id ledger.SoakID) (ledger.Soak, error) {
	var found ledger.Soak
	var err error
	if id == 0 {
		found, err = s.Ledger.Latest()
	} else {
		found, err = s.Ledger.Soak(id)
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return found, err
	}
	all, err := s.Ledger.Soaks()
	if err != nil || len(all) == 0 {
		return found, errors.Join(err, fmt.Errorf("%s: %w", s.Dir, ErrNoSoak))
	}
	return found, fmt.Errorf("%s: there is no soak %d; %s", s.Dir, id, thereAre(all))
}

// thereAre names soaks: the number that was asked for is often one that somebody remembers.
func thereAre(all []ledger.Soak) string {
	first, last := all[0].ID, all[len(all)-1].ID
	switch len(all) {
	case 1:
		return fmt.Sprintf("there is only %d", first)
	case 2:
		return fmt.Sprintf("there are %d and %d", first, last)
	}
	return fmt.Sprintf("there are %d to %d", first, last)
}

// OpenRing opens the ring of a state folder, with the environment's shared secret if there is one.
func OpenRing(dir string, readOnly bool) (*golden.Ring, error) {
	o := golden.RingOptions{ReadOnly: readOnly}
	if secret := os.Getenv(SecretVariable); secret != "" {
		o.Secret = []byte(secret)
	}
	if secret := os.Getenv(RetiredSecretVariable); secret != "" {
		o.Retired = [][]byte{[]byte(secret)}
	}
	return golden.OpenRing(KeyDir(dir), o)
}
