package capture

import "time"

// Folder is where an archive unpacks to, and ManifestName what lists its files.
const (
	Folder       = "shadowrun-capture"
	ManifestName = "MANIFEST.json"
)

// Manifest says what an archive holds. It is the archive's last file, so that it knows the others.
type Manifest struct {
	Version   int       `json:"version"`
	Soak      int64     `json:"soak"`
	At        time.Time `json:"at"`
	Shadowrun string    `json:"shadowrun"`
	Files     []File    `json:"files"`
	Missing   []Missing `json:"missing"`
}

// File is a line of a manifest.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size_bytes"`
	SHA256 string `json:"sha256"`
	Note   string `json:"note,omitempty"` // what of the original it is, where not all
}

// Missing is what could not be had.
type Missing struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Captured is an archive that was written.
type Captured struct {
	Manifest
	Bytes  int64
	SHA256 string // of the archive
}
