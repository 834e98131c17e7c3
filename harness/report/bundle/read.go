package bundle

import (
	"archive/tar"
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Limits bound what reading takes, whatever a bundle says of itself. Zero values are the defaults.
type Limits struct {
	Files int   // how many; 100,000
	Bytes int64 // unpacked; 16 GiB
	Kept  int64 // of a file that is kept, and of the manifest; 64 MiB
}

func (l Limits) defaults() Limits {
	return Limits{cmp.Or(l.Files, 100_000), cmp.Or(l.Bytes, 16<<30), cmp.Or(l.Kept, 64<<20)}
}

// maxName is longer than any name that is written, in bytes: one that was made unsafe is still told as it is.
const maxName = 1 << 10

// maxWindow is more than what our own encoder asks a decoder to remember, in bytes.
const maxWindow = 16 << 20

// Contents is what reading a bundle found.
type Contents struct {
	SHA256   string // of the whole
	Bytes    int64
	Files    []Entry           // what is there, in order, the manifest among it
	Torn     string            // the file at or after which it could not be read on; empty: it was read to its end
	Kept     map[string][]byte // of those that were asked for
	Problems []Problem         // where it is not as its manifest says
}

// NoBundle reports whether nothing in it is a bundle's.
func (c Contents) NoBundle() bool { return len(c.Problems) == 1 && c.Problems[0].Kind == NoBundle }

// Read reads a bundle and keeps the content of some of its files. An error is about the file as
// such; what is wrong within is a problem.
func Read(path string, l Limits, keep ...string) (Contents, error) {
	in, err := os.Open(path)
	if err != nil {
		return Contents{}, fmt.Errorf("bundle: %w", err)
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return Contents{}, errors.Join(fmt.Errorf("bundle %s: want a file", path), err)
	}
	r := &reader{limits: l.defaults(), keep: append(keep, ManifestName), c: Contents{Kept: map[string][]byte{}}}
	sum := sha256.New()
	read := &counted{r: io.TeeReader(in, sum)}
	packed := bufio.NewReader(read)
	none := noBundle(packed)
	if none == "" {
		err = r.unpack(packed)
	}
	switch {
	case none == "" && len(r.c.Files) == 0 && (err == nil || errors.Is(err, tar.ErrHeader)):
		none = "what is packed in it is no tar archive"
	case err != nil:
		r.c.Torn = r.last()
		r.problem(Torn, r.c.Torn, "what comes after it can't be read: %v", err)
	}
	if _, err := io.Copy(io.Discard, read); err != nil {
		return Contents{}, fmt.Errorf("bundle: %w", err)
	}
	r.c.SHA256, r.c.Bytes = hex.EncodeToString(sum.Sum(nil)), read.n
	if none != "" {
		r.problem(NoBundle, whole, "%s", none)
		return r.c, nil
	}
	r.judge()
	return r.c, nil
}

// whole stands for the bundle itself where it is not a file in it that something is wrong with.
const whole = "bundle"

// magic is what a zstd frame begins with.
var magic = []byte{0x28, 0xB5, 0x2F, 0xFD}

// noBundle says why what begins so can't be a bundle; empty: it may be one.
func noBundle(in *bufio.Reader) string {
	switch begins, _ := in.Peek(len(magic)); {
	case len(begins) == 0:
		return "it is empty"
	case !bytes.Equal(begins, magic):
		return "it does not begin as what zstd packed"
	}
	return ""
}

type reader struct {
	limits Limits
	keep   []string
	read   int64 // bytes of files
	c      Contents
}

func (r *reader) problem(kind Kind, file, format string, args ...any) {
	r.c.Problems = append(r.c.Problems, Problem{file, kind, fmt.Sprintf(format, args...)})
}

func (r *reader) last() string {
	if len(r.c.Files) == 0 {
		return ManifestName
	}
	return r.c.Files[len(r.c.Files)-1].Name
}

// unpack reads all that can be. The stream's own checksum is passed over: it would hide which file was
// changed, and the SHA-256 of each file and of the whole say more.
func (r *reader) unpack(in io.Reader) error {
	packed, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.IgnoreChecksum(true))
	if err != nil {
		return err
	}
	defer packed.Close()
	content := &counted{r: packed, limit: r.limits.Bytes}
	files := tar.NewReader(content)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(r.c.Files) == r.limits.Files {
			return fmt.Errorf("it holds more than %d files", r.limits.Files)
		}
		if len(h.Name) > maxName { // each may take a megabyte, and is kept
			return fmt.Errorf("a file has a name of %d bytes: want at most %d", len(h.Name), maxName)
		}
		if err := r.file(h, files); err != nil {
			return err
		}
	}
	n, err := io.Copy(io.Discard, content)
	if n > 0 {
		r.problem(Extended, whole, "%d bytes come after the archive's end", n)
	}
	return err
}

// file reads one, and notes what is not as we write it: nothing else may tell two bundles apart.
func (r *reader) file(h *tar.Header, content io.Reader) error {
	want := header(Entry{Name: h.Name, Size: h.Size})
	plain := h.Typeflag == want.Typeflag && h.Mode == want.Mode && h.ModTime.Equal(want.ModTime) && h.Linkname == "" &&
		h.Uid == 0 && h.Gid == 0 && h.Uname == "" && h.Gname == "" && len(h.PAXRecords) == 0
	if !plain || !validName(h.Name) {
		r.problem(Unsafe, h.Name, "no plain file as shadowrun writes it (type %q, mode %o)", h.Typeflag, h.Mode)
	}
	name := strings.TrimPrefix(h.Name, "./") // as tar puts it before the names of a folder that is packed
	var kept bytes.Buffer
	sum := sha256.New()
	to := io.Writer(sum)
	_, twice := r.c.Kept[name]
	keep := slices.Contains(r.keep, name) && h.Size <= r.limits.Kept && !twice
	if keep {
		to = io.MultiWriter(sum, &kept)
	}
	// Of a sparse file there is more to read than the stream has: bounded like that, all of them together.
	n, err := io.Copy(to, io.LimitReader(content, r.limits.Bytes-r.read))
	r.read += n
	r.c.Files = append(r.c.Files, Entry{name, n, hex.EncodeToString(sum.Sum(nil))})
	if keep {
		r.c.Kept[name] = kept.Bytes()
	}
	return err
}

// judge holds what was found to the manifest.
func (r *reader) judge() {
	text, found := r.c.Kept[ManifestName]
	switch {
	case r.c.Torn == ManifestName: // told already
		return
	case !found:
		r.problem(Missing, ManifestName, "want it as the first file")
		return
	case r.c.Files[0].Name != ManifestName:
		r.problem(Misplaced, ManifestName, "want it as the first file")
	}
	m, err := parseManifest(text)
	if err != nil {
		r.problem(Changed, ManifestName, "%v", err)
		return
	}
	var got []Entry
	first := true
	for _, f := range r.c.Files {
		if first && f.Name == ManifestName {
			first = false
			continue
		}
		got = append(got, f)
	}
	r.c.Problems = append(r.c.Problems, r.c.Compare(m.Files, got)...)
}

// Unread reports whether a file of a list may be there, beyond where the archive could be read.
func (c Contents) Unread(name string) bool {
	return c.Torn == ManifestName || c.Torn != "" && name >= c.Torn
}

// Compare is [Compare] without what is told otherwise: folders, and what was not read, which nobody knows to be removed.
func (c Contents) Compare(want, got []Entry) []Problem {
	got = slices.DeleteFunc(slices.Clone(got), func(e Entry) bool { return e.Name == "" || strings.HasSuffix(e.Name, "/") })
	return slices.DeleteFunc(Compare(want, got), func(p Problem) bool { return (p.Kind == Missing || p.Kind == Changed) && c.Unread(p.File) })
}

// counted counts what is read, and fails beyond its limit.
type counted struct {
	r        io.Reader
	n, limit int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.limit > 0 && c.n > c.limit {
		return n, fmt.Errorf("it unpacks to more than %d bytes", c.limit)
	}
	return n, err
}
