package external

import "fmt"

// Mode says what becomes of a call.
type Mode string

const (
	Live   Mode = "live"   // made, and not kept
	Record Mode = "record" // made, and kept
	Replay Mode = "replay" // answered from the record
	Block  Mode = "block"  // refused, and kept as refused
)

// ParseMode reads a mode by its name.
func ParseMode(name string) (Mode, error) {
	switch m := Mode(name); m {
	case Live, Record, Replay, Block:
		return m, nil
	}
	return "", fmt.Errorf("outside calls: %q is not known; want live, record, replay or block", name)
}
