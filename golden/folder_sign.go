package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
)

// sumPayload is the type of what a signature of goldens.sum covers.
const sumPayload = "application/vnd.shadowrun.goldens-sum"

// Sign signs goldens.sum with the ring's current key, into goldens.sum.sig. The folder must say that
// it trusts that key: its public key must lie in keys/.
func (f *Folder) Sign(ring *Ring) error {
	root, err := openFolderRoot(f.dir, true)
	if err != nil {
		return fmt.Errorf("goldens: %w", err)
	}
	defer root.Close()
	public := path.Join(keysFolder, ring.Current()+".pub")
	switch _, err := root.ReadFile(public); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("goldens: %s: sign: the public key must be committed first: copy %s to %s",
			f.dir, filepath.Join(ring.dir, ring.Current()+".pub"), filepath.Join(f.dir, public))
	case err != nil:
		return fmt.Errorf("goldens: %s: sign: %w", f.dir, err)
	}
	if _, err := root.sum(); err != nil {
		return fmt.Errorf("goldens: %s: sign: %w", f.dir, err)
	}
	text, err := root.ReadFile(sumFile)
	if err != nil {
		return fmt.Errorf("goldens: %s: sign: %w", f.dir, err)
	}
	envelope, err := ring.Seal(sumPayload, text)
	if err != nil {
		return fmt.Errorf("goldens: %s: sign: %w", f.dir, err)
	}
	err = root.replace(signatureFile, func(w io.Writer) error {
		_, err := w.Write(envelope)
		return err
	})
	if err != nil {
		return fmt.Errorf("goldens: %s: sign: %w", f.dir, err)
	}
	return nil
}

// verifySignature says what is wrong with the signature of goldens.sum, or with its absence.
func (f *Folder) verifySignature(root *folderRoot, ring *Ring) ([]Problem, error) {
	keys, err := fs.Glob(root.FS(), keysFolder+"/*.pub")
	if err != nil {
		return nil, err
	}
	envelope, err := root.ReadFile(signatureFile)
	signed := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	switch {
	case !signed && len(keys) == 0:
		return nil, nil
	case !signed:
		return []Problem{{sumFile, ProblemUnsigned, "there are public keys in " + keysFolder + ", but no " + signatureFile + ": sign it"}}, nil
	case len(keys) == 0 && ring == nil:
		return []Problem{{signatureFile, ProblemUnknownKey, "there is no public key in " + keysFolder + " to verify it with"}}, nil
	}
	if ring == nil {
		if ring, err = OpenRing(filepath.Join(f.dir, keysFolder), RingOptions{ReadOnly: true}); err != nil {
			return []Problem{{keysFolder, ProblemChanged, err.Error()}}, nil
		}
	}
	return openSignature(root, ring, envelope)
}

func openSignature(root *folderRoot, ring *Ring, envelope []byte) ([]Problem, error) {
	text, _, err := ring.Open(sumPayload, envelope)
	switch {
	case errors.Is(err, ErrUnknownKey):
		return []Problem{{signatureFile, ProblemUnknownKey, err.Error()}}, nil
	case err != nil:
		return []Problem{{signatureFile, ProblemChanged, err.Error()}}, nil
	}
	current, err := root.ReadFile(sumFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Problem{{sumFile, ProblemRemoved, signatureFile + " signs it, and it is not there"}}, nil
	case err != nil:
		return nil, err
	case !bytes.Equal(text, current):
		return []Problem{{sumFile, ProblemChanged, "it is not what " + signatureFile + " signs: see what changed, then sign it again"}}, nil
	}
	return nil, nil
}
