package golden

import (
	"bytes"
	"os"
	"testing"
)

// FuzzParseFrame: no bytes make the parser panic or reach past what it was given, and what it
// accepts is what would be written: the checksum covers every byte.
func FuzzParseFrame(f *testing.F) {
	for _, frame := range sampleFrames(f) {
		f.Add(frame)
	}
	decoder, err := newDecoder()
	if err != nil {
		f.Fatal(err)
	}
	defer decoder.Close()
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := parseFrame(b)
		if err != nil {
			return
		}
		size := frame.size()
		if size > int64(len(b)) || len(frame.entries) != frame.count {
			t.Fatalf("frame of %d bytes and %d entries in %d bytes", size, len(frame.entries), len(b))
		}
		if _, err := parseFrame(b[:size-1]); err == nil {
			t.Fatal("a frame without its last byte passes")
		}
		body, err := frame.unpack(decoder, nil)
		if err != nil || frame.kind != frameGroup {
			return
		}
		var joined []byte
		for i := range frame.entries {
			joined = append(joined, frame.cut(body, i)...)
		}
		if !bytes.Equal(joined, body) {
			t.Fatal("the goldens don't add up to the body")
		}
	})
}

// FuzzSegment: whatever a segment's file holds, verifying, scanning and surveying it end, agree on
// what is good, and call nothing good that we did not sign.
func FuzzSegment(f *testing.F) {
	ring := secretRing(f, "a secret of our own")
	store, refs := smallStore(f, ring, false)
	whole, err := os.ReadFile(segmentPath(store, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-20])
	f.Add([]byte(segmentMagic))
	f.Add(append(bytes.Clone(whole), sampleFrames(f)[0]...))
	dir := f.TempDir()
	view, err := ViewSegments(dir, BuildOptions{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { view.Close() })
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(segmentPath(dir, 1), b, 0o644); err != nil {
			t.Fatal(err)
		}
		_, stats := verify(t, dir, ring, nil)
		var scanned int64
		view.Scan(func(Ref, Header, int64) error { scanned++; return nil }) // its error is the bytes' own
		if stats.Goldens > scanned {
			t.Errorf("%d goldens verify, and scanning finds %d", stats.Goldens, scanned)
		}
		if stats.Goldens > int64(len(refs)) {
			t.Errorf("%d goldens verify, and we signed %d", stats.Goldens, len(refs))
		}
		found, _, _ := surveyTail(dir, segmentFiles{number: 1, file: true}, ring)
		if found.goldens > stats.Goldens || found.extent.size > max(int64(len(b)), int64(segmentHeaderSize)) {
			t.Errorf("survey %+v of %d bytes, of which %d goldens verify", found, len(b), stats.Goldens)
		}
	})
}

// sampleFrames returns one frame of each kind.
func sampleFrames(t testing.TB) (frames [][]byte) {
	t.Helper()
	dir := t.TempDir()
	s := openStore(t, dir, secretRing(t, "a secret of our own"), SegmentOptions{})
	mustAdd(t, s, sampleTraces(t, 1, 2, 60)...)
	mustAdd(t, s, sampleTrace(t, 3, chunkSize+1))
	mustClose(t, s)
	r, err := openSegment(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for f, err := range r.frames() {
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, bytes.Clone(r.buf[:f.size()]))
	}
	return frames
}
