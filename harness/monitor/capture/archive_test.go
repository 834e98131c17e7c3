package capture_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// part is one with a content, or that can't be had.
func part(name, content string, err error) capture.Part {
	return capture.Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (string, error) {
		io.WriteString(w, content)
		return "", err
	}}
}

// unpack returns an archive's files in order, and its manifest.
func unpack(t *testing.T, path string) (names []string, files map[string]string, m capture.Manifest) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files = map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(h.Name, capture.Folder+"/")
		names, files[name] = append(names, name), string(text)
	}
	if err := json.Unmarshal([]byte(files[capture.ManifestName]), &m); err != nil {
		t.Fatal(err)
	}
	return names, files, m
}

func TestAnArchiveHasItsPartsAndWhatIsMissing(t *testing.T) {
	to := filepath.Join(t.TempDir(), "c.tar.zst")
	got, err := capture.Write(t.Context(), []capture.Part{
		part("b.txt", "second letter", nil),
		part("half.txt", "half of it", errors.New("the disk hunter22 is gone")),
		part("a.txt", "the password is hunter22.", nil),
		part("empty.txt", "", nil),
		{Name: "database", Whole: true, Write: part("", "page hunter22 page", nil).Write},
		{Name: "other-database", Whole: true, Write: part("", "page", nil).Write},
	}, capture.Options{To: to, Soak: 3, At: noon, Shadowrun: "v1", Mask: harness.NewMask(map[string][]string{"TOKEN": {"hunter22"}}),
		Missing: []capture.Missing{{Name: "log", Why: "permission denied"}}})
	if err != nil {
		t.Fatal(err)
	}
	names, files, manifest := unpack(t, to)
	if diff := cmp.Diff([]string{"b.txt", "a.txt", "empty.txt", "other-database", capture.ManifestName}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("the password is [redacted:TOKEN].", files["a.txt"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got.Manifest, manifest); diff != "" {
		t.Errorf("manifest (-returned +in the archive):\n%s", diff)
	}
	if diff := cmp.Diff([]capture.Missing{{Name: "log", Why: "permission denied"}, {Name: "half.txt", Why: "the disk [redacted:TOKEN] is gone"},
		{Name: "database", Why: "it holds a value that redact: names, and would be broken without it"}}, manifest.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	for _, f := range manifest.Files {
		if sum := sha256.Sum256([]byte(files[f.Name])); hex.EncodeToString(sum[:]) != f.SHA256 || f.Size != int64(len(files[f.Name])) {
			t.Errorf("%s is not as the manifest says: %+v", f.Name, f)
		}
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != got.SHA256 || got.Bytes != int64(len(text)) {
		t.Errorf("the archive is not as returned: %+v", got)
	}
	if info, err := os.Stat(to); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v; want it for its owner only", info.Mode(), err)
	}
}

func TestEqualPartsMakeEqualArchives(t *testing.T) {
	var texts [2][]byte
	for i := range texts {
		to := filepath.Join(t.TempDir(), "c.tar.zst")
		if _, err := capture.Write(t.Context(), []capture.Part{part("a", "1", nil), part("b", "2", nil)}, capture.Options{To: to, At: noon}); err != nil {
			t.Fatal(err)
		}
		var err error
		if texts[i], err = os.ReadFile(to); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Error("two archives of the same parts differ")
	}
}

// left lists what is in a folder.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func TestNothingIsLeftOfAnArchiveThatFails(t *testing.T) {
	stopped, stop := context.WithCancelCause(t.Context())
	stop(errors.New("terminated"))
	for _, test := range []struct {
		name  string
		ctx   context.Context
		there bool
		force bool
		want  string
		left  []string
	}{
		{"stopped", stopped, false, false, "terminated", nil},
		{"a file is there", t.Context(), true, false, "there is such a file already", []string{"c.tar.zst"}},
		{"a file is there, and may go", t.Context(), true, true, "", []string{"c.tar.zst"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			to := filepath.Join(dir, "c.tar.zst")
			if test.there {
				if err := os.WriteFile(to, []byte("precious"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := capture.Write(test.ctx, []capture.Part{part("a", "1", nil)}, capture.Options{To: to, Force: test.force})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("err = %v, want %q", err, test.want)
			}
			if diff := cmp.Diff(test.left, left(t, dir)); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if text, _ := os.ReadFile(to); test.there && string(text) == "precious" == test.force {
				t.Errorf("there is now %.10q", text)
			}
		})
	}
}

func TestLogsAreTheirEnds(t *testing.T) {
	dir := t.TempDir()
	const most = 16 << 20
	if err := os.WriteFile(filepath.Join(dir, "large.log"), append(bytes.Repeat([]byte("x"), most), "the end"...), 0o666); err != nil {
		t.Fatal(err)
	}
	parts, missing := capture.Logs(dir)
	if len(parts) != 1 || len(missing) != 0 {
		t.Fatalf("%d parts, missing %v", len(parts), missing)
	}
	to := filepath.Join(t.TempDir(), "c.tar.zst")
	got, err := capture.Write(t.Context(), parts, capture.Options{To: to})
	if err != nil {
		t.Fatal(err)
	}
	_, files, _ := unpack(t, to)
	if text := files["log/large.log"]; len(text) != most || !strings.HasSuffix(text, "xthe end") {
		t.Errorf("%d bytes, ending %q", len(text), text[max(0, len(text)-10):])
	}
	if want := "the last 16777216 of 16777223 bytes"; got.Files[0].Note != want {
		t.Errorf("note %q, want %q", got.Files[0].Note, want)
	}
	if parts, missing := capture.Logs(filepath.Join(dir, "none")); len(parts)+len(missing) != 0 {
		t.Errorf("of a folder that is not there: %v, %v", parts, missing)
	}
}
