package golden

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"
)

// An archive is a .tar.zst of, in this order:
//
//	manifest.dsse           name, length and SHA-256 of each file below, in order, signed
//	keys/<id>.pub           the ring's public keys; never a private one
//	golden/seg-000001.seal  seals and segments; pruned segments' seals too
//	golden/seg-000001.srs
//
// Owners, modes and times in it are always the same: equal stores make equal archives.
const (
	archiveType     = "application/vnd.shadowrun.archive+json"
	archiveManifest = "manifest.dsse"
	archiveKeys     = "keys"
	archiveGolden   = "golden"
)

// ArchiveStats says what an archive holds.
type ArchiveStats struct {
	Verified VerifyStats // read back from the archive
	Bytes    int64       // of the archive
}

// DamagedError is what [Archive] refuses a store with.
type DamagedError struct {
	Problems []Problem // the first [MaxProblems]
	Found    int64     // all of them
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%d problems, the first of them %v: type `shadowrun golden verify`", e.Found, e.Problems[0])
}

// archiveFile is a line of the manifest.
type archiveFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	source string // path; empty where data is set
	data   []byte
}

// Archive writes the store in dir to a .tar.zst at path, and gives it that name only after it was
// read back and every golden in it was verified. A store in which [VerifySegments] finds a problem
// is refused with a [*DamagedError]. want is as there. It needs as much space again beside path.
func Archive(path, dir string, ring *Ring, want iter.Seq[Ref]) (ArchiveStats, error) {
	var stats ArchiveStats
	problems, checked, err := VerifySegments(dir, ring, want)
	if err == nil && len(problems) > 0 {
		err = &DamagedError{problems, checked.Problems}
	}
	if err != nil {
		return stats, fmt.Errorf("archive %s: %w", path, err)
	}
	files, err := archiveFiles(dir, ring)
	if err != nil {
		return stats, fmt.Errorf("archive %s: %w", path, err)
	}
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+tmpSuffix)
	defer os.Remove(tmp)
	if stats.Bytes, err = writeArchive(tmp, ring, files); err != nil {
		return stats, fmt.Errorf("archive %s: %w", path, err)
	}
	problems, stats.Verified, err = VerifyArchive(tmp, ring, want)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("read back: %w", &DamagedError{problems, stats.Verified.Problems})
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return stats, fmt.Errorf("archive %s: %w", path, err)
	}
	return stats, nil
}

// archiveFiles lists what goes into an archive: of a segment that is being written as much as
// holds whole goldens.
func archiveFiles(dir string, ring *Ring) ([]archiveFile, error) {
	var files []archiveFile
	for _, k := range ring.publicKeys() {
		text, err := publicText(k)
		if err != nil {
			return nil, err
		}
		name := archiveKeys + "/" + k.id.String() + publicSuffix
		files = append(files, archiveFile{Name: name, Size: int64(len(text)), data: text})
	}
	list, err := listSegments(dir)
	if err != nil {
		return nil, err
	}
	for _, seg := range list {
		own, err := archiveSegment(dir, ring, seg)
		if err != nil {
			return nil, err
		}
		files = append(files, own...)
	}
	for i := range files {
		if err := files[i].digest(); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func archiveSegment(dir string, ring *Ring, seg segmentFiles) ([]archiveFile, error) {
	file := archiveFile{Name: archiveGolden + "/" + segmentName(seg.number), source: segmentPath(dir, seg.number)}
	path := sealPath(dir, seg.number)
	if !seg.seal {
		found, _, err := surveyTail(dir, seg, ring)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", segmentName(seg.number), err)
		}
		if !found.ended {
			file.Size = found.extent.size
			return []archiveFile{file}, nil
		}
		path += tmpSuffix // a kill came just before the seal got its name
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, _, err := openSeal(ring, text, seg.number)
	if err != nil {
		return nil, err
	}
	files := []archiveFile{{Name: archiveGolden + "/" + sealName(seg.number), Size: int64(len(text)), data: text}}
	if s.Pruned {
		return files, nil
	}
	file.Size = s.Bytes
	return append(files, file), nil
}

func (f *archiveFile) open() (io.ReadCloser, error) {
	if f.source == "" {
		return io.NopCloser(bytes.NewReader(f.data)), nil
	}
	return os.Open(f.source)
}

func (f *archiveFile) digest() error {
	sum := sha256.New()
	if err := f.copyTo(sum); err != nil {
		return err
	}
	f.SHA256 = hexString(sum.Sum(nil))
	return nil
}

func (f *archiveFile) copyTo(w io.Writer) error {
	r, err := f.open()
	if err != nil {
		return err
	}
	if _, err := io.CopyN(w, r, f.Size); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", f.Name, err), r.Close())
	}
	return r.Close()
}

func writeArchive(path string, ring *Ring, files []archiveFile) (size int64, err error) {
	payload, err := json.Marshal(files)
	if err != nil {
		return 0, err
	}
	envelope, err := ring.Seal(archiveType, payload)
	if err != nil {
		return 0, err
	}
	if err := removeIfThere(path); err != nil {
		return 0, err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	manifest := archiveFile{Name: archiveManifest, Size: int64(len(envelope)), data: envelope}
	if err := writeTar(out, append([]archiveFile{manifest}, files...)); err != nil {
		return 0, err
	}
	info, err := out.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), out.Sync()
}

func writeTar(out io.Writer, files []archiveFile) error {
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	w := tar.NewWriter(packed)
	for _, f := range files {
		if err := w.WriteHeader(f.header()); err != nil {
			return errors.Join(err, packed.Close())
		}
		if err := f.copyTo(w); err != nil {
			return errors.Join(err, packed.Close())
		}
	}
	return errors.Join(w.Close(), packed.Close())
}

func (f *archiveFile) header() *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: f.Size, Mode: 0o644, ModTime: time.Unix(0, 0)}
}
