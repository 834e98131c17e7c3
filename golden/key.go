package golden

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// minSecret is the shortest shared secret that is accepted, in bytes. Shorter ones can be guessed.
const minSecret = 16

// hmacLabel is what a shared secret's key id is the HMAC of. A plain hash of the secret would let
// anyone who sees the id try secrets against it at the speed of the hash with no salt of ours.
const hmacLabel = "shadowrun key id/1"

// rawKeyID is the form in which a frame names its key: the first eight bytes of a hash.
type rawKeyID [8]byte

func (id rawKeyID) String() string { return hex.EncodeToString(id[:]) }

// key signs or verifies, or both. Either public is set or secret is.
type key struct {
	id      rawKeyID
	public  ed25519.PublicKey
	private ed25519.PrivateKey // nil where the key can only verify
	secret  []byte
}

func publicKey(public ed25519.PublicKey) *key {
	k := &key{public: public}
	sum := sha256.Sum256(public)
	copy(k.id[:], sum[:])
	return k
}

func privateKey(private ed25519.PrivateKey) *key {
	k := publicKey(private.Public().(ed25519.PublicKey))
	k.private = private
	return k
}

func secretKey(secret []byte) (*key, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("shared secret has %d bytes, want at least %d: make one with `openssl rand -hex 32`", len(secret), minSecret)
	}
	k := &key{secret: append([]byte(nil), secret...)}
	copy(k.id[:], k.mac([]byte(hmacLabel)))
	return k, nil
}

func (k *key) mac(msg []byte) []byte {
	m := hmac.New(sha256.New, k.secret)
	m.Write(msg)
	return m.Sum(nil)
}

// sigLen is the length of its signatures in bytes.
func (k *key) sigLen() int {
	if k.secret != nil {
		return sha256.Size
	}
	return ed25519.SignatureSize
}

func (k *key) sign(msg []byte) ([]byte, error) {
	switch {
	case k.secret != nil:
		return k.mac(msg), nil
	case k.private != nil:
		return ed25519.Sign(k.private, msg), nil
	}
	return nil, errors.New("the private key is not here")
}

func (k *key) verify(msg, sig []byte) bool {
	if k.secret != nil {
		return hmac.Equal(sig, k.mac(msg))
	}
	return len(sig) == ed25519.SignatureSize && ed25519.Verify(k.public, msg, sig)
}
