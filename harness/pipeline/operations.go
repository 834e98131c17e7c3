package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Operation is a line of .somas/operations.jsonl: what was done to all projects, or to the
// configuration. The lines are a chain, as a project's transitions are.
type Operation struct {
	Seq    int64           `json:"seq"`
	At     time.Time       `json:"at"`
	Event  string          `json:"event"`
	Actor  string          `json:"actor"`
	Reason string          `json:"reason"`
	Detail json.RawMessage `json:"detail,omitempty"`
	Prev   string          `json:"prev"` // the sum of the one before
	Sum    string          `json:"sum"`  // over the line with an empty sum
}

func (o Operation) seal() string {
	o.Sum = ""
	text, _ := json.Marshal(o) // of strings and a time; whoever writes the line has the error
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func operationsPath(root string) string { return filepath.Join(root, ".somas", "operations.jsonl") }

// Operations reads the log of a root, oldest first, and checks its chain.
func Operations(root string) ([]Operation, error) {
	text, err := os.ReadFile(operationsPath(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, torn, err := parseOperations(operationsPath(root), text)
	if err == nil && torn < len(text) {
		err = fmt.Errorf("%s: its last line is torn: the next operation cuts it off", operationsPath(root))
	}
	return all, err
}

// parseOperations returns the whole lines and where they end.
func parseOperations(path string, text []byte) (all []Operation, whole int, err error) {
	prev := ""
	for n := 1; ; n++ {
		line, _, ended := bytes.Cut(text[whole:], []byte("\n"))
		if !ended {
			return all, whole, nil
		}
		var o Operation
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, whole, fmt.Errorf("%s:%d: %w: restore it from a copy, or from git", path, n, err)
		}
		again, _ := json.Marshal(o)
		if o.Seq != int64(n) || o.Prev != prev || o.seal() != o.Sum || !bytes.Equal(again, line) {
			return nil, whole, fmt.Errorf("%s:%d: the line is not as it was written (chain or sum): restore it from a copy, or from git", path, n)
		}
		all, prev, whole = append(all, o), o.Sum, whole+len(line)+1
	}
}

// enter appends to the log. What a crash left of a last line is cut off.
func enter(root string, o Operation) error {
	if err := os.MkdirAll(filepath.Join(root, ".somas"), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(operationsPath(root), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	text, err := os.ReadFile(f.Name())
	if err != nil {
		return err
	}
	all, whole, err := parseOperations(f.Name(), text)
	if err != nil {
		return err
	}
	o.Seq, o.At = int64(len(all))+1, o.At.UTC()
	if len(all) > 0 {
		o.Prev = all[len(all)-1].Sum
	}
	o.Sum = o.seal()
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if err := f.Truncate(int64(whole)); err != nil {
		return err
	}
	if _, err := f.WriteAt(append(line, '\n'), int64(whole)); err != nil {
		return errors.Join(err, f.Truncate(int64(whole)))
	}
	return f.Sync()
}

// needs says what an operation that is entered has to have.
func needs(actor, reason string) error {
	if strings.TrimSpace(actor) == "" || strings.TrimSpace(reason) == "" {
		return errors.New("an operator's act is entered with who and why: give an actor and a reason")
	}
	return nil
}

// archived are the ids of projects that were archived.
func archived(root string) (ids []string) {
	entries, _ := os.ReadDir(filepath.Join(root, ".somas", "archive")) // none is none
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), ".")
		ids = append(ids, id)
	}
	return ids
}
