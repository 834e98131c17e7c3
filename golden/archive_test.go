package golden

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func mustArchive(t testing.TB, path, dir string, ring *Ring, refs []Ref) ArchiveStats {
	t.Helper()
	stats, err := Archive(path, dir, ring, slices.Values(refs))
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func TestArchiveHoldsTheStore(t *testing.T) {
	for name, sealed := range map[string]bool{"sealed": true, "with a segment that is being written": false} {
		t.Run(name, func(t *testing.T) {
			ring := testRing(t)
			dir, refs := smallStore(t, ring, sealed)
			out := t.TempDir()
			path := filepath.Join(out, "goldens.tar.zst")
			stats := mustArchive(t, path, dir, ring, refs)
			if info, err := os.Stat(path); err != nil || stats.Verified.Goldens != int64(len(refs)) || stats.Bytes != info.Size() {
				t.Errorf("stats %+v, %v", stats, err)
			}
			if left := storeFiles(t, out); len(left) != 1 {
				t.Errorf("left beside the archive: %v", left)
			}
			for name, ring := range map[string]*Ring{"our keys": ring, "the archive's keys": nil} {
				if problems, _, err := VerifyArchive(path, ring, slices.Values(refs)); err != nil || len(problems) > 0 {
					t.Errorf("verify by %s: %v, %v", name, problems, err)
				}
			}
			unpacked := filepath.Join(out, "unpacked")
			if err := UnpackArchive(path, unpacked, ring); err != nil {
				t.Fatal(err)
			}
			mustBeClean(t, filepath.Join(unpacked, archiveGolden), ring, refs)
			if keys, _ := filepath.Glob(filepath.Join(unpacked, "*", "*"+privateSuffix)); len(keys) > 0 {
				t.Errorf("private keys in the archive: %v", keys)
			}
			again := filepath.Join(out, "again.tar.zst")
			mustArchive(t, again, dir, ring, refs)
			if a, b := mustRead(t, path), mustRead(t, again); !bytes.Equal(a, b) {
				t.Error("archiving again makes other bytes")
			}
		})
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestArchiveRefusesADamagedStore(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	deed{t: t, dir: dir}.zero(segmentName(2), 150, 1)
	path := filepath.Join(t.TempDir(), "goldens.tar.zst")
	var damaged *DamagedError
	if _, err := Archive(path, dir, ring, slices.Values(refs)); !errors.As(err, &damaged) || len(damaged.Problems) != 2 {
		t.Errorf("got %v, want two problems", err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestVerifyArchiveRefuses(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	files, err := archiveFiles(dir, ring)
	if err != nil {
		t.Fatal(err)
	}
	manifestOf := func(files []archiveFile) func(path string) error {
		return func(path string) error { _, err := writeArchive(path, ring, files); return err }
	}
	renamed := func(name string) []archiveFile {
		list := slices.Clone(files)
		list[0].Name = name
		return list
	}
	for name, write := range map[string]func(path string) error{
		"a flipped byte":   func(path string) error { return flipArchive(t, path, dir, ring, refs) },
		"a path out of it": manifestOf(renamed("../evil")),
		"an absolute path": manifestOf(renamed("/tmp/evil")),
		"a name twice":     manifestOf(append(slices.Clone(files), files[0])),
		"a private key":    manifestOf(renamed("keys/0123456789abcdef.key")),
		"nothing":          func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"a stranger's archive": func(path string) error {
			_, err := writeArchive(path, secretRing(t, "a stranger's secret"), files)
			return err
		},
		"more than its manifest names": func(path string) error {
			envelope, err := ring.Seal(archiveType, []byte("[]"))
			if err != nil {
				return err
			}
			var out bytes.Buffer
			manifest := archiveFile{Name: archiveManifest, Size: int64(len(envelope)), data: envelope}
			return errors.Join(writeTar(&out, append([]archiveFile{manifest}, files...)), os.WriteFile(path, out.Bytes(), 0o644))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "goldens.tar.zst")
			if err := write(path); err != nil {
				t.Fatal(err)
			}
			if problems, _, err := VerifyArchive(path, ring, slices.Values(refs)); err == nil && len(problems) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}

// flipArchive makes an archive, flips and verifies: a byte in fifty. The last one that means
// something stays flipped.
func flipArchive(t *testing.T, path, dir string, ring *Ring, refs []Ref) error {
	mustArchive(t, path, dir, ring, refs)
	whole := mustRead(t, path)
	var last []byte
	for at := 0; at < len(whole); at += 50 {
		bad := bytes.Clone(whole)
		bad[at] ^= 1
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			return err
		}
		problems, _, err := VerifyArchive(path, ring, slices.Values(refs))
		if sameContent(t, whole, bad) {
			continue
		}
		last = bad
		if err == nil && len(problems) == 0 {
			t.Errorf("byte %d of %d: nothing was found", at, len(whole))
		}
	}
	return os.WriteFile(path, last, 0o644)
}

// sameContent reports whether two archives unpack to the same bytes: zstd has bits that mean nothing.
func sameContent(t *testing.T, a, b []byte) bool {
	t.Helper()
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	x, err1 := d.DecodeAll(a, nil)
	y, err2 := d.DecodeAll(b, nil)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func TestArchiveNames(t *testing.T) {
	ring := testRing(t)
	dir, _ := smallStore(t, ring, true)
	files, err := archiveFiles(dir, ring)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name)
	}
	want := []string{"keys/" + ring.Current() + ".pub", "golden/seg-000001.seal", "golden/seg-000001.srs",
		"golden/seg-000002.seal", "golden/seg-000002.srs", "golden/seg-000003.seal", "golden/seg-000003.srs"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
