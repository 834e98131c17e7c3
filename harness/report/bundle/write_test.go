package bundle_test

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/shadowrun/shadowrun/harness/report/bundle"
)

// evidence is the files of a small bundle, in no order.
func evidence() []bundle.File {
	return []bundle.File{
		bundle.Bytes("report.md", []byte("# CERTIFIED\n")),
		bundle.Bytes("report.json", []byte(`{"version":1}`+"\n")),
		bundle.Bytes("goldens/c1r1.want.jsonl", []byte("1\n")),
		bundle.Bytes("journals/empty.jsonl", nil),
	}
}

func write(t *testing.T, files ...bundle.File) (path string, w bundle.Written) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "out.tar.zst")
	w, err := bundle.Write(path, files)
	if err != nil {
		t.Fatal(err)
	}
	return path, w
}

func TestTheSameFilesMakeTheSameBundle(t *testing.T) {
	_, one := write(t, evidence()...)
	files := evidence()
	slices.Reverse(files)
	_, two := write(t, files...)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path, written := write(t, evidence()...)
	read, err := bundle.Read(path, bundle.Limits{}, "report.md")
	if err != nil {
		t.Fatal(err)
	}
	manifest := read.Kept[bundle.ManifestName]
	delete(read.Kept, bundle.ManifestName)
	want := bundle.Contents{SHA256: written.SHA256, Bytes: written.Bytes, Files: written.Files,
		Kept: map[string][]byte{"report.md": []byte("# CERTIFIED\n")}}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(string(manifest), `"name": "goldens/c1r1.want.jsonl"`) {
		t.Errorf("manifest:\n%s", manifest)
	}
}

// Any tar and zstd unpack it: nothing of ours is needed to look at the evidence.
func TestItIsAnOrdinaryArchive(t *testing.T) {
	path, _ := write(t, evidence()...)
	var names []string
	for h := range entries(t, path) {
		names = append(names, h.Name)
		if h.Uid != 0 || h.Mode != 0o644 || h.ModTime.Unix() != 0 {
			t.Errorf("%s: %+v", h.Name, h)
		}
	}
	want := []string{"manifest.json", "goldens/c1r1.want.jsonl", "journals/empty.jsonl", "report.json", "report.md"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// entries are the files of an archive, read without our package.
func entries(t *testing.T, path string) func(yield func(*tar.Header, []byte) bool) {
	return func(yield func(*tar.Header, []byte) bool) {
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		packed, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		defer packed.Close()
		for r := tar.NewReader(packed); ; {
			h, err := r.Next()
			if err == io.EOF {
				return
			}
			content, readErr := io.ReadAll(r)
			if err := errors.Join(err, readErr); err != nil {
				t.Fatal(err)
			}
			if !yield(h, content) {
				return
			}
		}
	}
}

func TestWhatIsNoBundleIsNotWritten(t *testing.T) {
	broken := errors.New("the disk is full")
	for _, test := range []struct {
		name  string
		files []bundle.File
		want  string
	}{
		{"a name that leads out", []bundle.File{bundle.Bytes("../x", nil)}, `"../x" is no name`},
		{"an absolute name", []bundle.File{bundle.Bytes("/etc/passwd", nil)}, `is no name`},
		{"a name with a space", []bundle.File{bundle.Bytes("a b", nil)}, `is no name`},
		{"the manifest's name", []bundle.File{bundle.Bytes("manifest.json", nil)}, `is no name`},
		{"one name twice", []bundle.File{bundle.Bytes("a", nil), bundle.Bytes("a", nil)}, "a is there twice"},
		{"a file that can't be had", []bundle.File{{Name: "a", Write: func(io.Writer) error { return broken }}}, "a: the disk is full"},
		{"a file that is not there", []bundle.File{bundle.Path("a", "/nowhere/a")}, "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := bundle.Write(filepath.Join(dir, "out.tar.zst"), test.files)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("err = %v, want %q", err, test.want)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestABundleThatIsThereIsNotWrittenOver(t *testing.T) {
	path, _ := write(t, evidence()...)
	before, _ := os.ReadFile(path)
	if _, err := bundle.Write(path, nil); !errors.Is(err, bundle.ErrExists) {
		t.Errorf("err = %v, want %v", err, bundle.ErrExists)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("it is another now")
	}
}
