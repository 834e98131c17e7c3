package external

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// authority signs the certificates that programs meet in the place of their servers'. All that it
// makes follows from its key and a host's name, so that a run and its replay meet the same.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	hostKey     *ecdsa.PrivateKey // of every host: the key is ours either way

	mu    sync.Mutex
	hosts map[string]*tls.Certificate
}

// maxHosts is how many certificates wait for their next use.
const maxHosts = 10_000

// Certificates are valid from and until fixed dates, far away on both sides: a program whose clock
// an experiment shifts by decades must not meet a lapsed one. P-256, because every client knows it.
var (
	validFrom  = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	validUntil = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

const (
	keyFile         = "authority.key" // 0600
	certificateFile = "authority.pem"
	keyBlock        = "PRIVATE KEY"
	certBlock       = "CERTIFICATE"
)

// openAuthority reads the authority of a folder, and makes one if there is none. Of two processes
// that make one at a time, the second takes the first's.
func openAuthority(dir string) (*authority, error) {
	path := filepath.Join(dir, keyFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("outside calls: make an authority: %w", err)
		}
	}
	key, err := readKey(path)
	if err != nil {
		return nil, fmt.Errorf("outside calls: %w", err)
	}
	a := &authority{key: key, hosts: map[string]*tls.Certificate{}}
	if a.hostKey, err = deriveKey(a.mac("host key")); err != nil {
		return nil, fmt.Errorf("outside calls: authority %s: %w", path, err)
	}
	name := "shadowrun " + hex.EncodeToString(a.mac("name")[:4])
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name, Organization: []string{"shadowrun, this machine only"}},
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if a.certificate, err = a.sign(template, template, &key.PublicKey, "authority"); err != nil {
		return nil, fmt.Errorf("outside calls: authority %s: %w", path, err)
	}
	return a, nil
}

func makeKey(path string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der})
	temporary, err := writeTemporary(filepath.Dir(path), text, 0o600)
	if err != nil {
		return err
	}
	err = os.Link(temporary, path) // unlike a rename, it leaves what another process has made
	if errors.Is(err, os.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(temporary))
}

func readKey(path string) (*ecdsa.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("authority %s: mode %04o lets others read it, and with it they could pose as any host: delete it, and a new one is made", path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != keyBlock {
		return nil, fmt.Errorf("authority %s: want a PEM block %q: delete it, and a new one is made", path, keyBlock)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("authority %s: %w: delete it, and a new one is made", path, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("authority %s: want an ECDSA key on P-256: delete it, and a new one is made", path)
	}
	return key, nil
}

// mac derives 32 bytes for a purpose, which tell nothing of the key.
func (a *authority) mac(purpose string) []byte {
	secret, err := a.key.Bytes()
	if err != nil {
		panic("a parsed P-256 key has no bytes: " + err.Error())
	}
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(purpose))
	return h.Sum(nil)
}

// deriveKey makes a P-256 key of 32 bytes. That they are no scalar of the curve has a chance of 2^-32
// and is then an error, once and for all of that authority.
func deriveKey(secret []byte) (*ecdsa.PrivateKey, error) {
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
}

// sign fills in what all certificates share. The signature is deterministic (RFC 6979), because no
// randomness is handed to it.
func (a *authority) sign(template, parent *x509.Certificate, public *ecdsa.PublicKey, purpose string) (*x509.Certificate, error) {
	template.SerialNumber = new(big.Int).SetBytes(a.mac("serial " + purpose)[:15])
	template.NotBefore, template.NotAfter = validFrom, validUntil
	der, err := x509.CreateCertificate(nil, template, parent, public, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// host returns the certificate for a host name or address.
func (a *authority) host(name string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.hosts[name]; c != nil {
		return c, nil
	}
	template := &x509.Certificate{
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if len(name) <= 64 { // the longest common name
		template.Subject.CommonName = name
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	leaf, err := a.sign(template, a.certificate, &a.hostKey.PublicKey, "host "+name)
	if err != nil {
		return nil, fmt.Errorf("certificate for %q: %w", name, err)
	}
	if len(a.hosts) >= maxHosts {
		clear(a.hosts)
	}
	c := &tls.Certificate{Certificate: [][]byte{leaf.Raw, a.certificate.Raw}, PrivateKey: a.hostKey, Leaf: leaf}
	a.hosts[name] = c
	return c, nil
}
