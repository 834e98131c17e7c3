package verify_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
)

// large is evidence of many files that compress to little less.
func large(t *testing.T) *evidence {
	return newEvidence(t, func(e *evidence) {
		var more []bundle.File
		random := rand.NewChaCha8([32]byte{})
		for n := range 40 {
			content := make([]byte, 8192)
			random.Read(content)
			more = append(more, bundle.Bytes(fmt.Sprintf("goldens/c%02dr1.jsonl", n), content))
		}
		e.pack(reportText, more...)
		e.attest(sign.Passed)
		e.signOff("ada@example.org", e.ada)
		e.signOff("bob@example.org", e.bob)
	})
}

// What can't be read was not removed: it is told once where it is torn, and what follows from that is not told at all.
func TestATornBundleIsToldOnce(t *testing.T) {
	e := large(t)
	e.put("", e.get("")[:len(e.get(""))/2])
	wrong := refusals(e.verify())
	torn := 0
	for _, line := range wrong {
		if strings.Contains(line, "removed") || strings.Contains(line, "missing") {
			t.Errorf("told %q of what was not read", line)
		}
		if strings.HasPrefix(line, "goldens/") && strings.Contains(line, ": torn: what comes after it can't be read: ") {
			torn++
		}
	}
	// The bundle's own digest, two sign-offs of another bundle, and that they are too few.
	if torn != 1 || len(wrong) != 5 {
		t.Errorf("torn %d times among %d lines, want once among 5:\n  %s", torn, len(wrong), strings.Join(wrong, "\n  "))
	}
}

// Of what is no bundle nothing is told but that, and nobody is accused of a file in it.
func TestWhatIsNoBundleIsToldOnce(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"empty", "", "bundle: no bundle: it is empty"},
		{"a zip file", "PK\x03\x04" + strings.Repeat("x", 100), "bundle: no bundle: it does not begin as what zstd packed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := newEvidence(t)
			e.put("", []byte(test.content))
			r := e.verify()
			if diff := cmp.Diff([]string{test.want}, refusals(r)); diff != "" || r.Verdict() != verify.NotIntact {
				t.Errorf("%s (-want +got):\n%s", r.Verdict(), diff)
			}
		})
	}
}

// GNU tar fills the archive up to a multiple of ten kilobytes: that is no file's doing.
func TestWhatComesAfterTheArchiveIsTheBundles(t *testing.T) {
	e := newEvidence(t)
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	e.put("", append(e.get(""), z.EncodeAll(make([]byte, 1024), nil)...))
	if want := "bundle: extended: 1024 bytes come after the archive's end"; refusals(e.verify())[0] != want {
		t.Errorf("want %q first, told\n  %s", want, strings.Join(refusals(e.verify()), "\n  "))
	}
}

func TestAByteThatIsFlippedIsToldInFewLines(t *testing.T) {
	if testing.Short() {
		t.Skip("it repeats one check at many places")
	}
	e := large(t)
	text := e.get("")
	for i := 3; i < len(text); i += len(text) / 64 {
		tampered := bytes.Clone(text)
		tampered[i] ^= 0x10
		e.put("", tampered)
		if wrong := refusals(e.verify()); len(wrong) == 0 || len(wrong) > 10 {
			t.Errorf("byte %d: %d lines, want at most 10:\n  %s", i, len(wrong), strings.Join(wrong, "\n  "))
		}
	}
}

func TestARepackedBundleSaysWhatElseDiffers(t *testing.T) {
	e := large(t)
	e.repack(func(name string, content []byte) []byte {
		if name == "goldens/c07r1.jsonl" {
			content[0] ^= 1
		}
		return content
	})
	wrong := refusals(e.verify())
	unpacked := slices.IndexFunc(wrong, func(line string) bool {
		return strings.HasPrefix(line, "bundle: not packed as shadowrun packs: ") && strings.HasSuffix(line, " files after it")
	})
	changed := slices.IndexFunc(wrong, func(line string) bool { return strings.HasPrefix(line, "goldens/c07r1.jsonl: changed: ") })
	if unpacked != 0 || changed != 1 || len(wrong) > 8 {
		t.Errorf("want first how it was packed, then what was changed, told\n  %s", strings.Join(wrong, "\n  "))
	}
}

// repack packs the bundle as tar does that knows nothing of it: with folders, owners and times, in the order of a folder.
func (e *evidence) repack(change func(name string, content []byte) []byte) {
	e.t.Helper()
	in, err := zstd.NewReader(bytes.NewReader(e.get("")))
	if err != nil {
		e.t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		e.t.Fatal(err)
	}
	from, to := tar.NewReader(in), tar.NewWriter(z)
	must := func(err error) {
		if err != nil {
			e.t.Fatal(err)
		}
	}
	must(to.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755}))
	must(to.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "./goldens/", Mode: 0o755}))
	var manifest []byte
	add := func(name string, content []byte) {
		must(to.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "./" + name, Mode: 0o640, Size: int64(len(content)), Uname: "ada", ModTime: time.Unix(1, 0)}))
		_, err := to.Write(content)
		must(err)
	}
	for {
		h, err := from.Next()
		if err == io.EOF {
			break
		}
		must(err)
		content, err := io.ReadAll(from)
		must(err)
		if path.Base(h.Name) == bundle.ManifestName {
			manifest = content
			continue
		}
		add(h.Name, change(h.Name, content))
	}
	add(bundle.ManifestName, manifest)
	must(to.Close())
	must(z.Close())
	e.put("", out.Bytes())
}
