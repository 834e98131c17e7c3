package golden

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var (
	// ErrUnknownKey means that a signature names a key that is not in the ring.
	ErrUnknownKey = errors.New("signed by a key that is not in the ring")
	// ErrBadSignature means that a signature, or what it was made over, was changed.
	ErrBadSignature = errors.New("the signature does not fit")
	// ErrVerifyOnly means that the ring holds nothing to sign with.
	ErrVerifyOnly = errors.New("the key ring can only verify")
)

// RingOptions says what a ring holds beside the files in its folder.
type RingOptions struct {
	// Secret, of at least 16 bytes, signs with HMAC-SHA256 instead of an Ed25519 key.
	Secret []byte
	// Retired secrets verify what they once signed, until [RotateKey] has signed it again.
	Retired [][]byte
	// ReadOnly reads public keys only, writes nothing and signs nothing.
	ReadOnly bool
	// Random makes new keys; nil means crypto/rand.
	Random io.Reader
}

// Ring is a set of keys that verify, of which one signs: rotating is an overlap and not a gap.
// It may be used from many goroutines, but for [Ring.Rotate].
//
// In its folder (mode 0700) a key is <id>.key (PEM, PKCS #8, mode 0600) and <id>.pub (PEM, PKIX);
// the file "current" holds the id of the one that signs. A private key may be taken away: its
// public one goes on verifying.
type Ring struct {
	dir     string
	o       RingOptions
	keys    map[rawKeyID]*key
	current *key // nil where the ring only verifies
}

// OpenRing reads the keys in dir. Unless o is ReadOnly or brings a Secret, it makes the first
// key where there is none. It refuses a private key that others may read, and says what to type.
func OpenRing(dir string, o RingOptions) (*Ring, error) {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if !o.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("key ring: %w", err)
		}
	}
	keys, err := readKeys(dir, o.ReadOnly)
	if err != nil {
		return nil, err
	}
	r := &Ring{dir: dir, o: o, keys: keys}
	for _, secret := range o.Retired {
		k, err := secretKey(secret)
		if err != nil {
			return nil, fmt.Errorf("retired key: %w", err)
		}
		r.keys[k.id] = k
	}
	if o.Secret != nil {
		k, err := secretKey(o.Secret)
		if err != nil {
			return nil, err
		}
		r.keys[k.id] = k
		if !o.ReadOnly {
			r.current = k
		}
		return r, nil
	}
	if o.ReadOnly {
		return r, nil
	}
	return r, r.findCurrent()
}

// OpenPublicKey returns a ring of the one public key in a file, whatever that is called. It only verifies.
func OpenPublicKey(path string) (*Ring, error) {
	k, err := readAnyPublic(path)
	if err != nil {
		return nil, err
	}
	return &Ring{o: RingOptions{ReadOnly: true}, keys: map[rawKeyID]*key{k.id: k}}, nil
}

// findCurrent reads which key signs. Where none is named yet it makes one, or, if a kill came
// between making the first and naming it, goes on from there.
func (r *Ring) findCurrent() error {
	path := filepath.Join(r.dir, currentName)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return r.nameFirst(path)
	}
	if err != nil {
		return fmt.Errorf("key ring: %w", err)
	}
	for id, k := range r.keys {
		if string(text) == id.String()+"\n" && k.private != nil {
			r.current = k
			return nil
		}
	}
	return fmt.Errorf("key ring: %s names %q, whose private key is not in %s: restore it, or type `rm %s` to have another made",
		path, strings.TrimSpace(string(text)), r.dir, path)
}

func (r *Ring) nameFirst(path string) error {
	var private []*key
	for _, k := range r.keys {
		if k.private != nil {
			private = append(private, k)
		}
	}
	switch len(private) {
	case 0:
		return r.Rotate()
	case 1:
		return r.use(private[0])
	}
	return fmt.Errorf("key ring: %s is missing and %d private keys are there: write the id of the one that signs into it", path, len(private))
}

// Rotate makes a new key and signs with it from now on; the others go on verifying.
// With a shared secret it does nothing: the new secret is the new key.
func (r *Ring) Rotate() error {
	if r.o.ReadOnly {
		return ErrVerifyOnly
	}
	if r.o.Secret != nil {
		return nil
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(r.o.Random, seed); err != nil {
		return fmt.Errorf("new key: %w", err)
	}
	k := privateKey(ed25519.NewKeyFromSeed(seed))
	if err := writeKey(r.dir, k); err != nil {
		return fmt.Errorf("new key: %w", err)
	}
	return r.use(k)
}

// use makes k the key that signs, once everything that verifying needs is durable.
func (r *Ring) use(k *key) error {
	if err := writePublic(r.dir, k); err != nil {
		return fmt.Errorf("new key: %w", err)
	}
	if err := replaceFile(filepath.Join(r.dir, currentName), []byte(k.id.String()+"\n"), 0o644); err != nil {
		return fmt.Errorf("new key: %w", err)
	}
	r.keys[k.id], r.current = k, k
	return nil
}

// Current returns the id of the key that signs, 16 hexadecimal digits; empty where none does.
func (r *Ring) Current() string {
	if r.current == nil {
		return ""
	}
	return r.current.id.String()
}

// publicKeys returns the Ed25519 keys, sorted by id.
func (r *Ring) publicKeys() []*key {
	var list []*key
	for _, k := range r.keys {
		if k.public != nil {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b *key) int { return bytes.Compare(a.id[:], b.id[:]) })
	return list
}

// Sign signs msg with the current key. What msg is must be part of it: [Ring.Seal] sees to that.
func (r *Ring) Sign(msg []byte) (keyID string, sig []byte, err error) {
	if r.current == nil {
		return "", nil, ErrVerifyOnly
	}
	sig, err = r.current.sign(msg)
	return r.current.id.String(), sig, err
}

// Verify returns an error that wraps [ErrUnknownKey] or [ErrBadSignature].
func (r *Ring) Verify(keyID string, msg, sig []byte) error {
	var id rawKeyID
	if raw, err := hex.DecodeString(keyID); err == nil && len(raw) == len(id) && hex.EncodeToString(raw) == keyID {
		return r.verify(rawKeyID(raw), msg, sig)
	}
	return fmt.Errorf("key %q: %w", keyID, ErrUnknownKey)
}

func (r *Ring) verify(id rawKeyID, msg, sig []byte) error {
	k := r.keys[id]
	if k == nil {
		return fmt.Errorf("key %s: %w", id, ErrUnknownKey)
	}
	if !k.verify(msg, sig) {
		return fmt.Errorf("key %s: %w", id, ErrBadSignature)
	}
	return nil
}
