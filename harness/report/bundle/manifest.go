package bundle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// ManifestName is the first file of a bundle.
const ManifestName = "manifest.json"

// Suffix ends the name of a bundle.
const Suffix = ".tar.zst"

// Unpacked reports whether a bundle was unpacked to a folder: what it holds besides is not looked at.
func Unpacked(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return false
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return false
	}
	return slices.ContainsFunc(m.Files, func(e Entry) bool { return e.Name == "report.json" })
}

// Manifest names the other files of a bundle, sorted by name.
type Manifest struct {
	Version int     `json:"version"` // 1
	Files   []Entry `json:"files"`
}

// Entry is a file in a bundle.
type Entry struct {
	Name   string `json:"name"` // with slashes
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9_@+=.,/-]{1,240}$`)

// validName reports whether a name means the same file on any machine, below the folder that it is unpacked to.
func validName(name string) bool {
	return nameForm.MatchString(name) && fs.ValidPath(name) && name != "."
}

func (m Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestName, err)
	}
	return append(text, '\n'), nil
}

// parseManifest accepts exactly what encode writes: encoding/json alone overlooks altered bytes, such as the
// case of a key.
func parseManifest(text []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, err
	}
	if again, err := m.encode(); err != nil || !bytes.Equal(again, text) {
		return Manifest{}, errors.New("it was rewritten: want the one spelling that shadowrun writes")
	}
	if m.Version != 1 {
		return Manifest{}, fmt.Errorf("version %d; this shadowrun reads version 1", m.Version)
	}
	last := ""
	for _, f := range m.Files {
		switch raw, err := hex.DecodeString(f.SHA256); {
		case !validName(f.Name) || f.Name == ManifestName:
			return Manifest{}, fmt.Errorf("%q is no name for a file in a bundle", f.Name)
		case f.Name <= last:
			return Manifest{}, fmt.Errorf("%s comes after %s: want each name once, sorted", f.Name, last)
		case f.Size < 0 || err != nil || hex.EncodeToString(raw) != f.SHA256 || len(raw) != 32:
			return Manifest{}, fmt.Errorf("%s: want its size and SHA-256", f.Name)
		}
		last = f.Name
	}
	return m, nil
}
