package sign

import (
	"bytes"
	_ "crypto/sha512" // the hash that sshsig looks up by name
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Namespace keeps a signature from passing for one that was made for another purpose, and the other way round.
const Namespace = "signoff@shadowrun"

// ErrNotSigned means that a signature does not fit what it stands beside: either was changed.
var ErrNotSigned = errors.New("the signature does not fit: what was signed, or the signature, was changed")

// Sign signs text as 'ssh-keygen -Y sign -n signoff@shadowrun' does.
func (k *Key) Sign(text []byte) ([]byte, error) {
	s, err := sshsig.Sign(bytes.NewReader(text), k.signer, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return sshsig.Armor(s), nil
}

// Verify checks a signature over text and returns the key that made it: whose that is, [Approvers] know.
func Verify(text, armored []byte) (ssh.PublicKey, error) {
	blob, err := unarmor(armored)
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	s, err := sshsig.ParseSignature(blob)
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	if !bytes.Equal(s.Marshal(), blob) {
		return nil, errors.New("signature: it was rewritten")
	}
	if s.Namespace != Namespace {
		return s.PublicKey, fmt.Errorf("signature: made in the namespace %q, want %q: it was meant for something else", s.Namespace, Namespace)
	}
	if sshsig.Verify(bytes.NewReader(text), s, s.PublicKey, s.HashAlgorithm, Namespace) != nil {
		return s.PublicKey, ErrNotSigned
	}
	return s.PublicKey, nil
}

const (
	armorBegin = "-----BEGIN SSH SIGNATURE-----\n"
	armorEnd   = "\n-----END SSH SIGNATURE-----\n"
)

// unarmor takes an armour off that is exactly as ssh-keygen or we put it on: encoding/pem would pass over
// what stands around it.
func unarmor(text []byte) ([]byte, error) {
	body, begins := strings.CutPrefix(string(text), armorBegin)
	body, ends := strings.CutSuffix(body, armorEnd)
	if !begins || !ends {
		return nil, errors.New("want a file that begins with -----BEGIN SSH SIGNATURE-----, and nothing around it")
	}
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		if last := i == len(lines)-1; len(line) != len(lines[0]) && !last || len(line) > len(lines[0]) {
			return nil, errors.New("its lines were broken elsewhere")
		}
	}
	joined := strings.Join(lines, "")
	blob, err := base64.StdEncoding.Strict().DecodeString(joined)
	if err != nil || base64.StdEncoding.EncodeToString(blob) != joined {
		return nil, errors.New("it is not the base64 that was written")
	}
	return blob, nil
}
