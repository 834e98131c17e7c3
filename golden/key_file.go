package golden

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	privateSuffix = ".key"
	publicSuffix  = ".pub"
	currentName   = "current"

	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// writeKey makes <id>.key, then <id>.pub. A kill between the two leaves a private key, from
// which [readKeys] makes the public one good.
func writeKey(dir string, k *key) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return fmt.Errorf("key %s: %w", k.id, err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: der})
	if err := replaceFile(filepath.Join(dir, k.id.String()+privateSuffix), text, 0o600); err != nil {
		return err
	}
	return writePublic(dir, k)
}

func writePublic(dir string, k *key) error {
	text, err := publicText(k)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, k.id.String()+publicSuffix), text, 0o644)
}

func publicText(k *key) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.public)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", k.id, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: der}), nil
}

// readKeys returns the keys in dir by id: all public ones, and unless readOnly, with their
// private parts where those are there.
func readKeys(dir string, readOnly bool) (map[rawKeyID]*key, error) {
	keys := map[rawKeyID]*key{}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) && readOnly {
		return keys, nil // no key yet, or a shared secret: whatever is signed comes out as unknown
	}
	if err != nil {
		return nil, fmt.Errorf("key ring: %w", err)
	}
	for _, e := range entries { // sorted: x.key comes before x.pub
		path := filepath.Join(dir, e.Name())
		var k *key
		switch {
		case strings.HasPrefix(e.Name(), "."): // a temporary file that a kill left
			continue
		case strings.HasSuffix(e.Name(), privateSuffix) && !readOnly:
			k, err = readPrivate(path)
		case strings.HasSuffix(e.Name(), publicSuffix):
			k, err = readPublic(path)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		if had := keys[k.id]; had == nil {
			keys[k.id] = k
		}
	}
	return keys, nil
}

func readPrivate(path string) (*key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	if loose := info.Mode().Perm() & 0o077; loose != 0 {
		return nil, fmt.Errorf("private key %s: mode %04o lets others read it; if nobody has, type: chmod 600 %s", path, info.Mode().Perm(), path)
	}
	der, err := readBlock(path, privateBlock)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("private key %s: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key %s: want Ed25519, got %T", path, parsed)
	}
	return named(path, privateKey(private))
}

func readPublic(path string) (*key, error) {
	k, err := readAnyPublic(path)
	if err != nil {
		return nil, err
	}
	return named(path, k)
}

// readAnyPublic reads a public key whatever its file is called.
func readAnyPublic(path string) (*key, error) {
	der, err := readBlock(path, publicBlock)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("public key %s: %w", path, err)
	}
	public, ok := parsed.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("public key %s: want Ed25519, got %T", path, parsed)
	}
	return publicKey(public), nil
}

// readBlock returns the one PEM block of a file. encoding/pem skips what it doesn't know, so
// the block is written again and compared: a key file has one spelling.
func readBlock(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != kind || !bytes.Equal(pem.EncodeToMemory(block), text) {
		return nil, fmt.Errorf("key %s: want one PEM block %q and nothing else: restore the file, or move it away if it is no key", path, kind)
	}
	return block.Bytes, nil
}

// named refuses a key file under another key's name: a signature would be looked up in vain.
func named(path string, k *key) (*key, error) {
	base := filepath.Base(path)
	if want := k.id.String(); strings.TrimSuffix(base, filepath.Ext(base)) != want {
		return nil, fmt.Errorf("key %s: the key in it is %s: restore the file, or rename it to %s%s", path, want, want, filepath.Ext(base))
	}
	return k, nil
}
