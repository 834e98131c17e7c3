package bundle

import (
	"archive/tar"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"
)

// File is one that goes into a bundle.
type File struct {
	Name  string // with slashes; letters, digits and _@+=.,- in its parts
	Write func(w io.Writer) error
}

// Bytes is a file with this content.
func Bytes(name string, content []byte) File {
	return File{name, func(w io.Writer) error { _, err := w.Write(content); return err }}
}

// Path is a file with the content of another.
func Path(name, path string) File {
	return File{name, func(w io.Writer) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(w, f)
		return err
	}}
}

// ErrExists is wrapped by the error for a bundle that is there already: it may be signed.
var ErrExists = errors.New("there is such a file already")

// Written is a bundle that was written.
type Written struct {
	Files  []Entry // all, the manifest first
	Bytes  int64
	SHA256 string
}

// Write writes a bundle, which must not be there. On an error nothing is left of it.
func Write(path string, files []File) (Written, error) {
	w, err := write(path, files)
	if err != nil {
		return Written{}, fmt.Errorf("bundle %s: %w", path, err)
	}
	return w, nil
}

func write(path string, files []File) (w Written, err error) {
	if err := free(path); err != nil {
		return w, err
	}
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir)
	scratch, err := os.MkdirTemp(dir, "."+base+".*")
	if err != nil {
		return w, err
	}
	defer os.RemoveAll(scratch)
	m, err := spool(scratch, files)
	if err != nil {
		return w, err
	}
	out, err := os.OpenFile(filepath.Join(scratch, "bundle"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return w, err
	}
	sum := sha256.New()
	w.Files, err = pack(io.MultiWriter(out, sum), scratch, m)
	if err == nil {
		w.SHA256 = hex.EncodeToString(sum.Sum(nil))
		w.Bytes, err = out.Seek(0, io.SeekCurrent)
	}
	if err := errors.Join(err, out.Sync(), out.Close(), free(path)); err != nil {
		return w, err
	}
	if err := os.Rename(out.Name(), path); err != nil {
		return w, err
	}
	return w, syncDir(dir)
}

func free(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return ErrExists
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// spooled is where the content of the manifest's i-th file waits: the manifest comes first, and names digests.
func spooled(scratch string, i int) string { return filepath.Join(scratch, fmt.Sprint(i)) }

func spool(scratch string, files []File) (Manifest, error) {
	m := Manifest{Version: 1, Files: []Entry{}}
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	for i, f := range files {
		switch {
		case !validName(f.Name) || f.Name == ManifestName:
			return m, fmt.Errorf("%q is no name for a file in a bundle", f.Name)
		case i > 0 && f.Name == files[i-1].Name:
			return m, fmt.Errorf("%s is there twice", f.Name)
		}
		e, err := f.spool(spooled(scratch, i))
		if err != nil {
			return m, fmt.Errorf("%s: %w", f.Name, err)
		}
		m.Files = append(m.Files, e)
	}
	return m, nil
}

func (f File) spool(path string) (e Entry, err error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	if err := f.Write(io.MultiWriter(out, sum)); err != nil {
		return e, err
	}
	size, err := out.Seek(0, io.SeekCurrent)
	return Entry{f.Name, size, hex.EncodeToString(sum.Sum(nil))}, err
}

func pack(out io.Writer, scratch string, m Manifest) ([]Entry, error) {
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	// More than one worker would cut the stream elsewhere on another machine.
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(packed)
	sum := sha256.Sum256(text)
	first := Entry{ManifestName, int64(len(text)), hex.EncodeToString(sum[:])}
	err = add(w, first, bytes.NewReader(text))
	for i, f := range m.Files {
		if err == nil {
			err = addSpooled(w, f, spooled(scratch, i))
		}
	}
	return append([]Entry{first}, m.Files...), errors.Join(err, w.Close(), packed.Close())
}

func addSpooled(w *tar.Writer, e Entry, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(add(w, e, f), f.Close())
}

func add(w *tar.Writer, e Entry, content io.Reader) error {
	if err := w.WriteHeader(header(e)); err != nil {
		return err
	}
	_, err := io.Copy(w, content)
	return err
}

// header has always the same owner, mode and time.
func header(e Entry) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: e.Name, Size: e.Size, Mode: 0o644, ModTime: time.Unix(0, 0)}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
