package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// logsJSON is the logs of a state folder.
type logsJSON struct {
	Version int       `json:"version"`
	Folder  string    `json:"folder"`
	Files   []logJSON `json:"files"`
}

type logJSON struct {
	Name     string    `json:"name"`
	Size     int64     `json:"size_bytes"`
	Lines    int64     `json:"lines"`
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	Modified time.Time `json:"modified"`
	NotSeen  string    `json:"not_seen,omitempty"`
}

// logFolder returns where a state folder's logs are.
func logFolder(dir string) string { return filepath.Join(dir, "log") }

func logsIn(dir string) (debugView, error) {
	v := logsJSON{Version: jsonVersion, Folder: logFolder(dir), Files: []logJSON{}}
	err := filepath.WalkDir(v.Folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(v.Folder, path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return nil // it was rotated away meanwhile
		}
		l := logJSON{Name: name, Size: info.Size(), Modified: info.ModTime().UTC()}
		switch {
		case !info.Mode().IsRegular():
			l.NotSeen = "not a file"
		default:
			if err := l.read(path); err != nil {
				l.NotSeen = err.Error()
			}
		}
		v.Files = append(v.Files, l)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return v, err
}

// stamp finds the time in a line of a log: as RFC 3339 has it, in text and in JSON.
var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)

// maxStamp is how far into a line its time is looked for, in bytes.
const maxStamp = 4 << 10

// read counts a file's lines, and finds the times of the first and the last that have one.
func (l *logJSON) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, maxStamp)
	for begins := true; ; {
		piece, err := in.ReadSlice('\n')
		if begins && len(piece) > 0 {
			l.line(piece)
		}
		begins = err == nil
		if err == io.EOF {
			return nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return err
		}
	}
}

func (l *logJSON) line(text []byte) {
	l.Lines++
	at, err := time.Parse(time.RFC3339Nano, string(stamp.Find(text)))
	if err != nil {
		return
	}
	if l.First.IsZero() {
		l.First = at
	}
	l.Last = at
}

func (v logsJSON) write(out io.Writer) {
	if len(v.Files) == 0 {
		fmt.Fprintf(out, "no logs in %s; the soak's own record is its ledger\n", printable(v.Folder))
		return
	}
	fmt.Fprintf(out, "%s in %s\n", quantity(len(v.Files), "file"), printable(v.Folder))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfile\tsize\tlines\tfirst\tlast")
	for _, l := range v.Files {
		if l.NotSeen != "" {
			fmt.Fprintf(w, "%s\t%s\tnot seen: %s\n", printable(l.Name), humanize.IBytes(uint64(l.Size)), shortened(l.NotSeen))
			continue
		}
		first, last := "-", l.Modified.Format(time.RFC3339)+" (written)"
		if !l.First.IsZero() {
			first, last = l.First.Format(time.RFC3339), l.Last.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", printable(l.Name), humanize.IBytes(uint64(l.Size)), l.Lines, first, last)
	}
	w.Flush()
}
