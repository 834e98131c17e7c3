package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// shownGoldens is how many of the newest and of the largest are shown.
const shownGoldens = 5

// storeJSON is what there is of a soak's goldens.
type storeJSON struct {
	Version   int          `json:"version"`
	Soak      int64        `json:"soak"`
	Goldens   int64        `json:"goldens"`
	Pruned    int64        `json:"pruned"`
	Got       int64        `json:"got"`
	Traces    int64        `json:"trace_bytes"`
	Stored    int64        `json:"golden_bytes"`
	PerGolden float64      `json:"bytes_per_golden"`
	PerTrace  float64      `json:"trace_bytes_per_golden"`
	Newest    []goldenJSON `json:"newest"`
	Largest   []goldenJSON `json:"largest"`
	Segments  segmentsJSON `json:"segments"`
}

// segmentsJSON is the folder of all soaks' goldens.
type segmentsJSON struct {
	Folder string    `json:"folder"`
	Count  int       `json:"count"`
	Sealed int       `json:"sealed"`
	Pruned int       `json:"pruned"`
	Bytes  int64     `json:"bytes"`
	Latest time.Time `json:"latest,omitzero"`
}

func (a *app) storeIn(s *soak.State, of ledger.Soak) (debugView, error) {
	figures, err := s.Ledger.Store(of.ID)
	if err != nil {
		return nil, err
	}
	sums, err := s.Ledger.Totals(of.ID)
	if err != nil {
		return nil, err
	}
	newest, err := s.Ledger.Newest(of.ID, shownGoldens)
	if err != nil {
		return nil, err
	}
	largest, err := s.Ledger.Largest(of.ID, shownGoldens)
	if err != nil {
		return nil, err
	}
	segments, err := lookAtSegments(soak.GoldenDir(s.Dir))
	return storeOf(of.ID, figures, sums, newest, largest, segments), err
}

func storeOf(id ledger.SoakID, f ledger.StoreFigures, sums ledger.Counters, newest, largest []ledger.Run, segments segmentsJSON) storeJSON {
	v := storeJSON{Version: jsonVersion, Soak: int64(id), Goldens: f.Goldens, Pruned: f.Pruned, Got: f.Got, Traces: f.Bytes,
		Stored: sums.GoldenBytes, Newest: goldensOf(newest), Largest: goldensOf(largest), Segments: segments}
	if sums.Goldens > 0 {
		v.PerGolden, v.PerTrace = float64(sums.GoldenBytes)/float64(sums.Goldens), float64(sums.TraceBytes)/float64(sums.Goldens)
	}
	return v
}

func goldensOf(runs []ledger.Run) []goldenJSON {
	all := []goldenJSON{}
	for _, r := range runs {
		all = append(all, goldenJSON{jsonVersion, runName(r.RunKey), r.Workflow, r.Seed, r.Digest.String(), r.Place, r.Size, r.Started})
	}
	return all
}

// lookAtSegments counts a folder's files by their names: a segment is seg-N.srs, which seg-N.seal ends; of
// a pruned one the seal is left.
func lookAtSegments(dir string) (segmentsJSON, error) {
	v := segmentsJSON{Folder: dir}
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	seals := map[string]bool{}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			continue // it was renamed meanwhile
		}
		v.Bytes += info.Size()
		if name, ok := strings.CutSuffix(f.Name(), ".seal"); ok {
			seals[name] = true
		}
	}
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), ".srs")
		if !ok {
			continue
		}
		v.Count++
		if seals[name] {
			v.Sealed++
			delete(seals, name)
		}
		if info, err := f.Info(); err == nil && info.ModTime().After(v.Latest) {
			v.Latest = info.ModTime().UTC()
		}
	}
	v.Pruned = len(seals)
	return v, err
}

func (v storeJSON) write(out io.Writer) {
	fmt.Fprintf(out, "soak %d: %s, %d pruned, and %d of replays that differed\n", v.Soak, quantity(v.Goldens, "golden"), v.Pruned, v.Got)
	fmt.Fprintf(out, "  traces    %s, %.0f bytes a golden\n", humanize.IBytes(uint64(v.Traces)), v.PerTrace)
	fmt.Fprintf(out, "  on disk   %s, %.0f bytes a golden\n", humanize.IBytes(uint64(v.Stored)), v.PerGolden)
	s := v.Segments
	fmt.Fprintf(out, "  segments  %d of all soaks, %d sealed, %d pruned, %s", s.Count, s.Sealed, s.Pruned, humanize.IBytes(uint64(s.Bytes)))
	if !s.Latest.IsZero() {
		fmt.Fprintf(out, ", the latest written %s", s.Latest.Format(time.RFC3339))
	}
	fmt.Fprintf(out, ": %s\n", printable(s.Folder))
	writeGoldens(out, "newest", v.Newest)
	writeGoldens(out, "largest", v.Largest)
}

func writeGoldens(out io.Writer, title string, list []goldenJSON) {
	if len(list) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n%s\tdigest\tworkflow\tbytes\tbegun\n", title)
	for _, g := range list {
		fmt.Fprintf(w, "%s\t%.12s\t%s\t%d\t%s\n", g.Run, g.Digest, printable(g.Workflow), g.Size, g.Started.Format(time.RFC3339))
	}
	w.Flush()
}
