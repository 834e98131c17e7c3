package bundle_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/shadowrun/shadowrun/harness/report/bundle"
)

type entry struct {
	h       tar.Header
	content string
}

// unpacked returns a bundle's files, to be packed again otherwise.
func unpacked(t *testing.T, path string) (all []entry) {
	for h, content := range entries(t, path) {
		all = append(all, entry{*h, string(content)})
	}
	return all
}

// packed makes an archive by hand.
func packed(t testing.TB, all []entry, after ...byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, e := range all {
		if e.h.Typeflag == tar.TypeReg {
			e.h.Size = int64(len(e.content))
		}
		if err := w.WriteHeader(&e.h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z.Write(after)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zstdOf is something that is packed, whatever it is.
func zstdOf(t testing.TB, text string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll([]byte(text), nil)
}

// plain is a file as we write one.
func plain(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, content}
}

func readText(t testing.TB, text []byte, l bundle.Limits) bundle.Contents {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tampered.tar.zst")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := bundle.Read(path, l, "report.json")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatWasTamperedWithIsNamed(t *testing.T) {
	path, _ := write(t, evidence()...)
	const manifest, golden, journal, report, text = 0, 1, 2, 3, 4 // positions
	for _, test := range []struct {
		name   string
		tamper func(all []entry) []entry
		want   []string // file: kind
	}{
		{"nothing", func(all []entry) []entry { return all }, nil},
		{"a file changed", func(all []entry) []entry { all[report].content = `{"version":2}` + "\n"; return all }, []string{"report.json: changed"}},
		{"a file grown", func(all []entry) []entry { all[journal].content = "x"; return all }, []string{"journals/empty.jsonl: changed"}},
		{"a file removed", func(all []entry) []entry { return append(all[:golden], all[journal:]...) }, []string{"goldens/c1r1.want.jsonl: missing"}},
		{"a file renamed", func(all []entry) []entry { all[text].h.Name = "report.txt"; return all }, []string{"report.md: renamed"}},
		{"two files swapped", func(all []entry) []entry {
			all[report].content, all[text].content = all[text].content, all[report].content
			return all
		}, []string{"report.json: swapped", "report.md: swapped"}},
		{"two files in another order", func(all []entry) []entry { all[report], all[text] = all[text], all[report]; return all }, []string{"report.md: misplaced"}},
		{"a file appended", func(all []entry) []entry { return append(all, plain("zz.txt", "x")) }, []string{"zz.txt: unnamed"}},
		{"a file twice", func(all []entry) []entry { return append(all, all[text]) }, []string{"report.md: twice"}},
		{"the manifest removed", func(all []entry) []entry { return all[1:] }, []string{"manifest.json: missing"}},
		{"the manifest not first", func(all []entry) []entry { all[manifest], all[golden] = all[golden], all[manifest]; return all }, []string{"manifest.json: misplaced"}},
		{"the manifest rewritten", func(all []entry) []entry {
			all[manifest].content = strings.Replace(all[manifest].content, `"size"`, `"Size"`, 1)
			return all
		}, []string{"manifest.json: changed"}},
		{"the manifest in no order", func(all []entry) []entry {
			all[manifest].content = strings.Replace(all[manifest].content, "report.json", "zeport.json", 1)
			return all
		}, []string{"manifest.json: changed"}},
		{"a remark", func(all []entry) []entry {
			all[report].h.Format, all[report].h.PAXRecords = tar.FormatPAX, map[string]string{"SHADOWRUN.remark": "x"}
			return all
		}, []string{"report.json: unsafe"}},
		{"another owner", func(all []entry) []entry { all[report].h.Uname = "ada"; return all }, []string{"report.json: unsafe"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := readText(t, packed(t, test.tamper(unpacked(t, path))), bundle.Limits{})
			if diff := cmp.Diff(test.want, kinds(c.Problems)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func kinds(problems []bundle.Problem) (all []string) {
	for _, p := range problems {
		all = append(all, fmt.Sprintf("%s: %s", p.File, p.Kind))
	}
	return all
}

// An archive that was made to do harm does none: it is not unpacked, and reading it is bounded.
func TestHostileArchives(t *testing.T) {
	path, _ := write(t, evidence()...)
	untouched, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := func(e ...entry) []byte { return packed(t, append(unpacked(t, path), e...)) }
	link := entry{h: tar.Header{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc/passwd", Mode: 0o644}}
	var bomb []entry
	for n := range 5 {
		bomb = append(bomb, plain(fmt.Sprint(n), strings.Repeat("\x00", 1<<20)))
	}
	for _, test := range []struct {
		name string
		text []byte
		want string
	}{
		{"a name that leads out", with(plain("../../etc/cron.d/x", "x")), "../../etc/cron.d/x: unsafe"},
		{"an absolute name", with(plain("/etc/cron.d/x", "x")), "/etc/cron.d/x: unsafe"},
		{"a name that clears the screen", with(plain("\x1b[2J", "x")), "\x1b[2J: unsafe"},
		{"a name of a megabyte", with(plain(strings.Repeat("n", 1_000_000), "x")), "a file has a name of 1000000 bytes: want at most 1024"},
		{"a symbolic link", with(link), "link: unsafe"},
		{"a folder", with(entry{h: tar.Header{Typeflag: tar.TypeDir, Name: "d/", Mode: 0o755}}), "d/: unsafe"},
		{"a device", with(entry{h: tar.Header{Typeflag: tar.TypeBlock, Name: "sda", Mode: 0o644}}), "sda: unsafe"},
		{"a bomb", with(bomb...), "more than 4194304 bytes"},
		{"very many files", with(plain("1", ""), plain("2", ""), plain("3", ""), plain("4", ""), plain("5", ""), plain("6", "")), "more than 10 files"},
		{"bytes after its end", packed(t, unpacked(t, path), []byte("hidden")...), "bundle: extended: 6 bytes come after the archive's end"},
		{"another file after it", append(bytes.Clone(untouched), "PK\x03\x04"...), "torn"},
		{"truncated", untouched[:len(untouched)/2], "torn"},
		{"empty", nil, "bundle: no bundle: it is empty"},
		{"no archive", []byte("this is no archive, whatever it is called\n"), "bundle: no bundle: it does not begin as what zstd packed"},
		{"no archive, packed", zstdOf(t, strings.Repeat("this is no archive, whatever it is packed with\n", 20)), "bundle: no bundle: what is packed in it is no tar archive"},
		{"nothing, packed", zstdOf(t, ""), "bundle: no bundle: what is packed in it is no tar archive"},
		{"an archive of nothing", packed(t, nil), "bundle: no bundle: what is packed in it is no tar archive"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := readText(t, test.text, bundle.Limits{Bytes: 4 << 20, Files: 10})
			told := fmt.Sprint(c.Problems)
			if !strings.Contains(told, test.want) {
				t.Errorf("problems %q, want %q", told, test.want)
			}
			if len(told) > 8192 {
				t.Errorf("problems of %d bytes", len(told))
			}
		})
	}
}

// What is changed in the stream is found in the file where it shows, as long as the stream can be read.
func TestEveryByteThatIsChangedShows(t *testing.T) {
	if testing.Short() {
		t.Skip("it repeats one check for each byte")
	}
	path, w := write(t, evidence()...)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		tampered := bytes.Clone(text)
		tampered[i] ^= 1
		if c := readText(t, tampered, bundle.Limits{}); c.SHA256 == w.SHA256 {
			t.Errorf("byte %d: the same SHA-256, problems %v", i, c.Problems)
		}
	}
}

func TestOnlyAFileIsRead(t *testing.T) {
	for _, path := range []string{t.TempDir(), "/nowhere/out.tar.zst", os.DevNull} {
		if c, err := bundle.Read(path, bundle.Limits{}); err == nil {
			t.Errorf("%s: %+v, want an error", path, c)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(packed(f, []entry{plain("manifest.json", `{"version":1,"files":[]}`), plain("a", "b")}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		c := readText(t, text, bundle.Limits{Bytes: 1 << 20, Files: 100})
		if c.Bytes != int64(len(text)) {
			t.Errorf("read %d bytes of %d", c.Bytes, len(text))
		}
	})
}

// sparse is a file of the old GNU form that is nothing but a hole: a header, and no content.
func sparse(name string, size int64) []byte {
	h := make([]byte, 512)
	copy(h, name)
	octal := func(at int, n int64) { copy(h[at:], fmt.Sprintf("%011o", n)) }
	copy(h[100:], "0000644")
	octal(124, 0)
	octal(136, 0)
	copy(h[148:], "        ")
	h[156] = tar.TypeGNUSparse
	copy(h[257:], "ustar  ")
	octal(386, size) // the hole ends there
	octal(398, 0)
	octal(483, size)
	sum := int64(0)
	for _, b := range h {
		sum += int64(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// A hole takes no room in an archive, and may claim any size: what is read of all of them is bounded.
func TestHolesAreBounded(t *testing.T) {
	var all bytes.Buffer
	z, err := zstd.NewWriter(&all)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		z.Write(sparse(fmt.Sprint("hole", n), 3<<20))
	}
	z.Write(make([]byte, 1024))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	c := readText(t, all.Bytes(), bundle.Limits{Bytes: 4 << 20})
	read := int64(0)
	for _, f := range c.Files {
		read += f.Size
	}
	if len(c.Files) != 5 || read != 4<<20 || !strings.Contains(fmt.Sprint(c.Problems), "hole4: unsafe") {
		t.Errorf("%d bytes of %d files were read: %v", read, len(c.Files), c.Problems)
	}
}
