package harness

import "sync"

// tail keeps the end of what is written to it, at most twice [maxStderr] bytes until it is read.
// A hook's two outputs write to it at the same time.
type tail struct {
	mu   sync.Mutex
	kept []byte
	cut  bool
}

func (t *tail) write(chunk []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, chunk...)
	if len(t.kept) > 8*maxStderr {
		t.cut = true
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-2*maxStderr:]...)
	}
	return nil
}

// bytes returns at most [maxStderr] bytes of the end, redacted. The cut may have gone through
// a secret: what could be the rest of one in front is left out.
func (t *tail) bytes(r redactor) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.kept
	if t.cut {
		kept = kept[min(r.longest, len(kept)):]
	}
	kept = r.bytes(kept)
	return kept[max(0, len(kept)-maxStderr):]
}
