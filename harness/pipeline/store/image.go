package store

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// history is a log with what it folds to, entry by entry.
type history struct {
	entries []project.Entry
	states  []project.State        // states[n] is after n entries
	letters [][]project.DeadLetter // likewise
	written map[int][]byte         // states as their files hold them, once that was asked for
}

func newHistory() history {
	return history{states: make([]project.State, 1), letters: [][]project.DeadLetter{{}}, written: map[int][]byte{}}
}

func (h *history) add(e project.Entry) error {
	n := len(h.entries)
	s, letters, err := project.Apply(h.states[n], h.letters[n], e)
	if err != nil {
		return err
	}
	h.entries, h.states, h.letters = append(h.entries, e), append(h.states, s), append(h.letters, letters)
	return nil
}

// pop takes the last entry back.
func (h *history) pop() {
	n := len(h.entries)
	h.entries, h.states, h.letters = h.entries[:n-1], h.states[:n], h.letters[:n]
	delete(h.written, n)
}

// state is state.json after n entries. It always has a spelling: what led to it are entries of their form, and a whole
// state that one brings is held to its own.
func (h *history) state(n int) []byte {
	if _, ok := h.written[n]; !ok {
		h.written[n], _ = h.states[n].Encode()
	}
	return h.written[n]
}

// last is how many entries there are, and the last one's sum.
func (h *history) last() (int, string) {
	n := len(h.entries)
	if n == 0 {
		return 0, ""
	}
	return n, h.entries[n-1].Sum
}

// file is what one has to hold: a document its content, an artifact the object of its digest.
type file struct {
	digest  string
	content []byte
}

func document(content []byte) file { return file{project.Digest(content), content} }

// image is what the folder holds after n entries, by name, beside log, lock and objects.
func (h *history) image(n int) map[string]file {
	all := map[string]file{}
	if n == 0 {
		return all
	}
	state := h.states[n]
	for name, digest := range state.Artifacts() {
		all[artifacts+"/"+name] = file{digest: digest}
	}
	of := map[string]int{stateFile: n}
	if n > 1 {
		of[backupFile] = n - 1
	}
	for _, at := range h.checkpoints(n) {
		of[fmt.Sprintf("%s.%d", backupFile, at)] = at
	}
	for name, at := range of {
		all[name] = document(h.state(at))
	}
	letters := map[string]int{lettersFile: n}
	for _, e := range h.entries[:n] {
		if e.Event == project.LettersPurged {
			letters[fmt.Sprintf("%s.backup.%d", lettersFile, e.Seq-1)] = int(e.Seq) - 1
		}
	}
	for name, at := range letters {
		content, _ := (project.Letters{Version: project.Version, Project: state.Project, Letters: h.letters[at]}).Encode()
		all[name] = document(content)
	}
	return all
}

// checkpoints are the entries, of the first n, whose states are kept: the last ones that completed
// a stage.
func (h *history) checkpoints(n int) []int {
	var all []int
	for i := n; i > 0 && len(all) < backups; i-- {
		if h.entries[i-1].Event == project.StageDone {
			all = append(all, i)
		}
	}
	return all
}

// mended are the events after which what was lost before them is not asked for again.
var mended = []project.Event{project.Reconstructed, project.Restored, project.Accepted, project.RolledBack}

// objects are the digests of every artifact that the first n entries made known, from the last
// repair on.
func (h *history) objects(n int) []string {
	known := map[string]bool{}
	var all []string
	var from int
	for i, e := range h.entries[:n] {
		if slices.Contains(mended, e.Event) {
			from = i + 1
		}
	}
	for _, s := range h.states[from : n+1] {
		for _, digest := range s.Artifacts() {
			if !known[digest] {
				known[digest] = true
				all = append(all, digest)
			}
		}
	}
	slices.Sort(all)
	return all
}

func object(digest string) string {
	return path.Join(objects, strings.TrimPrefix(digest, "sha256:"))
}
