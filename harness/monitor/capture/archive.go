package capture

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/shadowrun/shadowrun/harness"
)

// Part is a file of an archive.
type Part struct {
	Name string
	// Write writes it, and says what it left out. In the folder it may put files that are gone
	// afterwards.
	Write func(ctx context.Context, w io.Writer, scratch string) (note string, err error)
	Whole bool // a mask would break it
}

// Options say where an archive goes.
type Options struct {
	To        string
	Force     bool // over what is there
	Mask      harness.Mask
	Soak      int64
	At        time.Time
	Shadowrun string    // its version
	Missing   []Missing // what is known to be, before a part is written
}

// ErrExists is wrapped by the error for an archive that is there already.
var ErrExists = errors.New("there is such a file already")

// Write writes an archive of parts, in their order. On an error nothing is left of it.
func Write(ctx context.Context, parts []Part, o Options) (Captured, error) {
	c, err := write(ctx, parts, o)
	if err != nil {
		return Captured{}, fmt.Errorf("capture to %s: %w", o.To, err)
	}
	return c, nil
}

func write(ctx context.Context, parts []Part, o Options) (c Captured, err error) {
	if err := o.free(); err != nil {
		return c, err
	}
	dir, name := filepath.Split(o.To)
	scratch, err := os.MkdirTemp(filepath.Clean(dir), "."+name+".*")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(scratch)
	out, err := os.OpenFile(filepath.Join(scratch, "archive"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return c, err
	}
	defer out.Close()
	sum := sha256.New()
	a, err := newArchive(io.MultiWriter(out, sum), scratch, o)
	if err != nil {
		return c, err
	}
	if err := a.addAll(ctx, parts); err != nil {
		return c, err
	}
	info, err := out.Stat()
	if err := errors.Join(err, out.Sync(), o.free()); err != nil {
		return c, err
	}
	if err := os.Rename(out.Name(), o.To); err != nil {
		return c, err
	}
	return Captured{a.manifest, info.Size(), hex.EncodeToString(sum.Sum(nil))}, syncDir(filepath.Clean(dir))
}

// free refuses to write over what is there.
func (o Options) free() error {
	if _, err := os.Lstat(o.To); o.Force || errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return ErrExists
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// archive is one that is being written.
type archive struct {
	options  Options
	scratch  string
	packed   *zstd.Encoder
	tar      *tar.Writer
	manifest Manifest
}

func newArchive(out io.Writer, scratch string, o Options) (*archive, error) {
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &archive{options: o, scratch: scratch, packed: packed, tar: tar.NewWriter(packed), manifest: Manifest{
		Version: 1, Soak: o.Soak, At: o.At.UTC(), Shadowrun: o.Shadowrun, Files: []File{}, Missing: append([]Missing{}, o.Missing...),
	}}, nil
}

// addAll adds the parts and the manifest, and ends the archive.
func (a *archive) addAll(ctx context.Context, parts []Part) error {
	for _, p := range parts {
		if err := a.add(ctx, p); err != nil {
			return errors.Join(err, a.packed.Close())
		}
	}
	text, err := json.MarshalIndent(a.manifest, "", "  ")
	if err == nil {
		err = a.entry(ManifestName, int64(len(text)), bytes.NewReader(text))
	}
	return errors.Join(err, a.tar.Close(), a.packed.Close())
}

// add adds a part, or notes why it can't be had. It fails only where the archive does.
func (a *archive) add(ctx context.Context, p Part) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	f, err := os.CreateTemp(a.scratch, "part")
	if err != nil {
		return a.miss(p.Name, err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	file := File{Name: p.Name}
	if file.Note, err = a.fill(ctx, f, p); err != nil {
		return a.miss(p.Name, err)
	}
	sum := sha256.New()
	if _, err = f.Seek(0, io.SeekStart); err == nil {
		file.Size, err = io.Copy(sum, f)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return a.miss(p.Name, err)
	}
	file.SHA256 = hex.EncodeToString(sum.Sum(nil))
	a.manifest.Files = append(a.manifest.Files, file)
	return a.entry(p.Name, file.Size, f)
}

// errMasked is why a part that can't be masked is left out.
var errMasked = errors.New("it holds a value that redact: names, and would be broken without it")

// fill writes a part to a file, without what is masked.
func (a *archive) fill(ctx context.Context, f *os.File, p Part) (note string, err error) {
	before, after := sha256.New(), sha256.New()
	masked := a.options.Mask.Writer(io.MultiWriter(f, after))
	if note, err = p.Write(ctx, io.MultiWriter(before, masked), a.scratch); err != nil {
		return "", err
	}
	if err := masked.Close(); err != nil {
		return "", err
	}
	if p.Whole && !bytes.Equal(before.Sum(nil), after.Sum(nil)) {
		return "", errMasked
	}
	return a.options.Mask.Text(note), nil
}

// entry adds a file with always the same owner, mode and time.
func (a *archive) entry(name string, size int64, content io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: Folder + "/" + name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0)}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.Copy(a.tar, content)
	return err
}

func (a *archive) miss(name string, why error) error {
	a.manifest.Missing = append(a.manifest.Missing, Missing{name, a.options.Mask.Text(why.Error())})
	return nil
}
