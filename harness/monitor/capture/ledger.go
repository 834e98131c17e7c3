package capture

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// lastRuns is from how many runs on a ledger is cut to the latest: about 50 MB.
const lastRuns = 50_000

// Ledger is the record of one soak, as a ledger of its own that all commands can read.
func Ledger(l *ledger.Reader, id ledger.SoakID, keep ledger.RunKey, mask harness.Mask) Part {
	return Part{Name: "ledger.db", Whole: true, Write: func(ctx context.Context, w io.Writer, scratch string) (string, error) {
		path := filepath.Join(scratch, "extract.db")
		defer os.Remove(path)
		x, err := l.Extract(ctx, path, ledger.ExtractOptions{Soak: id, LastRuns: lastRuns, Keep: keep, Mask: mask.Text})
		if err != nil {
			return "", err
		}
		note := fmt.Sprintf("soak %d", id)
		if x.Runs < x.Of {
			note += fmt.Sprintf(", %d runs of %d: the last ones, and those of findings", x.Runs, x.Of)
		}
		return note, copyFile(w, path)
	}}
}

// maxRaw is how large a ledger may be that is copied as it is, in bytes.
const maxRaw = 1 << 30

// RawLedger is the files of a ledger that can't be read.
func RawLedger(path string) (parts []Part) {
	for _, suffix := range []string{"", "-wal"} {
		parts = append(parts, Part{Name: "raw-" + filepath.Base(path) + suffix, Whole: true,
			Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
				info, err := os.Stat(path + suffix)
				if err != nil {
					return "", err
				}
				if info.Size() > maxRaw {
					return "", fmt.Errorf("%d bytes, more than %d: copy %s by hand", info.Size(), maxRaw, path+suffix)
				}
				return "as it is: the ledger can't be read", copyFile(w, path+suffix)
			}})
	}
	return parts
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
