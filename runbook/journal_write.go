package runbook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Recorder writes a journal. It only ever appends, and what it has taken is on disk. It is
// safe for concurrent use.
type Recorder struct {
	mu   sync.Mutex
	file *os.File
}

// CreateJournal begins a journal in a file that must not be there yet, in a folder that is
// made where it is missing.
func CreateJournal(path string, header Header) (*Recorder, error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, fmt.Errorf("make the folder of the drill's journal: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("begin the drill's journal: %w", err)
	}
	header.Version = journalVersion
	r := &Recorder{file: file}
	if err := errors.Join(r.Append(header), syncFolder(folder)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// AppendJournal opens a journal that is there, to add to it what came up after the drill.
func AppendJournal(path string) (*Recorder, error) {
	if _, err := ReadJournal(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("open the drill's journal: %w", err)
	}
	r := &Recorder{file: file}
	if err := r.endTornLine(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// endTornLine keeps what is appended apart from a line whose writer was killed.
func (r *Recorder) endTornLine() error {
	end, err := r.file.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := r.file.ReadAt(last, end-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = r.file.WriteString("\n")
	return err
}

// Append adds a record. Once it returns, the record survives a loss of power.
func (r *Recorder) Append(e Entry) error {
	var fields bytes.Buffer
	encoder := json.NewEncoder(&fields)
	encoder.SetEscapeHTML(false) // people read it: "a && b", not "a \u0026\u0026 b"
	if err := encoder.Encode(e); err != nil {
		return fmt.Errorf("write the drill's journal: %w", err)
	}
	line := fmt.Sprintf("{%q:%q,%s", "record", e.kind(), fields.Bytes()[1:])
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := io.WriteString(r.file, line); err != nil {
		return fmt.Errorf("write the drill's journal: %w", err)
	}
	if err := r.file.Sync(); err != nil {
		return fmt.Errorf("write the drill's journal: %w", err)
	}
	return nil
}

// Close ends the writing, not the drill: that is what [End] does.
func (r *Recorder) Close() error { return r.file.Close() }

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
