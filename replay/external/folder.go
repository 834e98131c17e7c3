package external

import (
	"bytes"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"software.sslmate.com/src/go-pkcs12"
)

// What lies in the folder beside the authority's key, for programs to read.
const (
	bundleFile  = "bundle.pem"  // the system's authorities and ours
	javaFile    = "java.p12"    // the same for Java
	preloadFile = "preload.cjs" // for Node
	wgetFile    = "wgetrc"
)

//go:embed preload.cjs
var preload []byte

// systemBundles are where Linux and BSD distributions keep the authorities that they trust.
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
}

// systemBundle returns the system's authorities: those of SSL_CERT_FILE, if we were told so.
func systemBundle() ([]byte, error) {
	if path := os.Getenv("SSL_CERT_FILE"); path != "" {
		return os.ReadFile(path)
	}
	for _, path := range systemBundles {
		text, err := os.ReadFile(path)
		if !errors.Is(err, os.ErrNotExist) {
			return text, err
		}
	}
	return nil, nil // none: then there is no server that could be believed, either
}

// writeFolder writes what programs read, where it is not there already.
func (a *authority) writeFolder(dir string, roots []byte) (trusted []byte, err error) {
	system, err := systemBundle()
	if err != nil {
		return nil, fmt.Errorf("outside calls: read the authorities of this system: %w", err)
	}
	own := pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: a.certificate.Raw})
	trusted = bytes.Join([][]byte{bytes.TrimSpace(system), bytes.TrimSpace(roots)}, []byte("\n"))
	bundle := append(append(bytes.TrimSpace(trusted), '\n'), own...)
	java, err := javaStore(bundle)
	if err != nil {
		return nil, fmt.Errorf("outside calls: %s: %w", javaFile, err)
	}
	for name, text := range map[string][]byte{
		certificateFile: own,
		bundleFile:      bundle,
		javaFile:        java,
		preloadFile:     preload,
		wgetFile:        []byte("ca_certificate = " + filepath.Join(dir, bundleFile) + "\n"),
	} {
		if err := writeFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, fmt.Errorf("outside calls: %w", err)
		}
	}
	return trusted, nil
}

// javaStore returns the certificates of a bundle as a PKCS #12 trust store without a password.
func javaStore(bundle []byte) ([]byte, error) {
	var entries []pkcs12.TrustStoreEntry
	for rest := bundle; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == certBlock {
			entries = append(entries, pkcs12.TrustStoreEntry{Cert: c, FriendlyName: "shadowrun " + strconv.Itoa(len(entries))})
		}
	}
	return pkcs12.Passwordless.EncodeTrustStoreEntries(entries, "")
}

// writeFile replaces a file unless it says the same already.
func writeFile(path string, text []byte, mode os.FileMode) error {
	if had, err := os.ReadFile(path); err == nil && bytes.Equal(had, text) {
		return nil
	}
	temporary, err := writeTemporary(filepath.Dir(path), text, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

func writeTemporary(dir string, text []byte, mode os.FileMode) (string, error) {
	f, err := os.CreateTemp(dir, ".external-*.tmp") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
