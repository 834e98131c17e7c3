package golden

import (
	"errors"
	"testing"
)

// A reader beside the writer sees whole goldens only, and in the end all of them.
func TestViewWhileItIsWritten(t *testing.T) {
	dir, ring := t.TempDir(), testRing(t)
	s := openStore(t, dir, ring, SegmentOptions{MaxSize: 8 << 10})
	view, err := ViewSegments(dir, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	done := make(chan struct{})
	scans := make(chan error, 1)
	go func() {
		for {
			if err := view.Scan(func(Ref, Header, int64) error { return nil }); err != nil {
				scans <- err
				return
			}
			select {
			case <-done:
				scans <- nil
				return
			default:
			}
		}
	}()
	var refs []Ref
	var traces []*Trace
	for round := range uint64(30) {
		group := sampleTraces(t, 10*round, 9, 400)
		refs, traces = append(refs, mustAdd(t, s, group...)...), append(traces, group...)
	}
	close(done)
	if err := <-scans; err != nil {
		t.Errorf("scan beside the writer: %v", err)
	}
	checkScan(t, dir, refs, traces)
}

func TestScanStopsWhenToldTo(t *testing.T) {
	dir, refs := smallStore(t, testRing(t), true)
	view, err := ViewSegments(dir, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	enough := errors.New("enough")
	var seen int
	err = view.Scan(func(Ref, Header, int64) error {
		if seen++; seen == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || seen != 3 {
		t.Errorf("%d of %d goldens, %v", seen, len(refs), err)
	}
}

// Scanning goes on behind damage, and says where it was.
func TestScanGoesOnBehindDamage(t *testing.T) {
	dir, refs := smallStore(t, testRing(t), true)
	deed{t: t, dir: dir}.zero(segmentName(1), 150, 1)
	view, err := ViewSegments(dir, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	var seen int
	err = view.Scan(func(Ref, Header, int64) error { seen++; return nil })
	if err == nil || seen != len(refs)-2 {
		t.Errorf("%d of %d goldens, %v", seen, len(refs), err)
	}
}
