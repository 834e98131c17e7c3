package golden

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"

	"github.com/klauspost/compress/zstd"
)

// maxManifest bounds what is read into memory before anything is verified, in bytes: some
// hundred thousand files.
const maxManifest = 32 << 20

// archiveNames are the only names that an archive may hold: none leads out of its folder.
var archiveNames = regexp.MustCompile(`^(keys/[0-9a-f]{16}\.pub|golden/seg-[0-9]{6,10}\.(srs|seal))$`)

// VerifyArchive reads an archive and returns what is wrong with the goldens in it; want is as in
// [VerifySegments]. A nil ring means the keys that the archive brings along: that shows that
// it is whole, and not who made it. It needs space for the unpacked store beside path.
func VerifyArchive(path string, ring *Ring, want iter.Seq[Ref]) (problems []Problem, stats VerifyStats, err error) {
	dir := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".unpacked")
	if err := os.RemoveAll(dir); err != nil {
		return nil, stats, fmt.Errorf("archive %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if ring, err = unpackArchive(path, dir, ring); err != nil {
		return nil, stats, fmt.Errorf("archive %s: %w", path, err)
	}
	return VerifySegments(filepath.Join(dir, archiveGolden), ring, want)
}

// UnpackArchive unpacks an archive to dir, which must not exist: a store in dir/golden, and the public
// keys in dir/keys. It refuses an archive that holds anything but what its manifest, signed by a
// key of the ring, says; a nil ring is as in [VerifyArchive].
func UnpackArchive(path, dir string, ring *Ring) error {
	if _, err := unpackArchive(path, dir, ring); err != nil {
		return fmt.Errorf("archive %s: %w", path, err)
	}
	return nil
}

func unpackArchive(path, dir string, ring *Ring) (*Ring, error) {
	for _, d := range []string{dir, filepath.Join(dir, archiveKeys), filepath.Join(dir, archiveGolden)} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return nil, err
		}
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	packed, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	envelope, err := unpackTar(tar.NewReader(packed), dir)
	if err != nil {
		return nil, err
	}
	// Only at its end does zstd check its sum.
	if n, err := io.Copy(io.Discard, packed); n > 0 || err != nil {
		return nil, errors.Join(fmt.Errorf("%d bytes after the archive's end", n), err)
	}
	// The archive's own keys come after its manifest, so that is verified last.
	if ring == nil {
		if ring, err = OpenRing(filepath.Join(dir, archiveKeys), RingOptions{ReadOnly: true}); err != nil {
			return nil, err
		}
	}
	if _, _, err := ring.Open(archiveType, envelope); err != nil {
		return nil, fmt.Errorf("%s: %w", archiveManifest, err)
	}
	return ring, nil
}

// unpackTar unpacks what the manifest names, in its order, and returns the manifest's envelope.
func unpackTar(r *tar.Reader, dir string) (envelope []byte, err error) {
	head, err := r.Next()
	if err != nil || head.Name != archiveManifest || head.Size > maxManifest {
		return nil, errors.Join(fmt.Errorf("want %s first", archiveManifest), err)
	}
	if envelope, err = io.ReadAll(r); err != nil {
		return nil, err
	}
	files, err := readManifest(envelope)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", archiveManifest, err)
	}
	for _, f := range files {
		if err := f.unpack(r, dir); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if head, err := r.Next(); err != io.EOF {
		if err == nil {
			err = fmt.Errorf("%s is there, which the manifest does not name", head.Name)
		}
		return nil, err
	}
	return envelope, nil
}

// readManifest reads a manifest that is not verified yet.
func readManifest(envelope []byte) ([]archiveFile, error) {
	var files []archiveFile
	payload, err := envelopePayload(envelope)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(payload, &files); err != nil {
		return nil, err
	}
	for _, f := range files {
		if !archiveNames.MatchString(f.Name) {
			return nil, fmt.Errorf("%q is no name for a file in an archive", f.Name)
		}
	}
	return files, nil
}

func (f *archiveFile) unpack(r *tar.Reader, dir string) error {
	head, err := r.Next()
	if err != nil {
		return err
	}
	if head.Typeflag != tar.TypeReg || head.Name != f.Name || head.Size != f.Size {
		return fmt.Errorf("got %s of %d bytes, want %d", head.Name, head.Size, f.Size)
	}
	out, err := os.OpenFile(filepath.Join(dir, filepath.FromSlash(f.Name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err = io.Copy(io.MultiWriter(out, sum), r); err == nil && hexString(sum.Sum(nil)) != f.SHA256 {
		err = errors.New("its bytes are not those that were archived")
	}
	return errors.Join(err, out.Close())
}
