package sign_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/sign"
)

var digest = sign.DigestOf([]byte("a bundle"))

func statement() sign.Statement {
	return sign.NewStatement([]sign.Resource{{Name: "out.tar.zst", Digest: digest}, {Name: "report.json", Digest: sign.DigestOf(nil)}},
		sign.TestResult{Result: sign.Passed, Configuration: []sign.Resource{{Name: "configuration/config.yaml", Digest: digest}}, PassedTests: []string{"goldens verify"}})
}

// attested returns an envelope, and the folder of the key that signed it.
func attested(t *testing.T) (envelope []byte, ring *golden.Ring, keys string) {
	t.Helper()
	keys = t.TempDir()
	ring, err := golden.OpenRing(keys, golden.RingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if envelope, err = sign.Attest(ring, statement()); err != nil {
		t.Fatal(err)
	}
	return envelope, ring, keys
}

func TestWhatIsAttestedIsOpened(t *testing.T) {
	envelope, ring, _ := attested(t)
	got, key, err := sign.OpenAttestation(ring, envelope)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(statement(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if key != ring.Current() {
		t.Errorf("key %s, want %s", key, ring.Current())
	}
}

// The statement is in-toto's, as its own tools spell it.
func TestStatementIsInTotos(t *testing.T) {
	text, err := json.Marshal(statement())
	if err != nil {
		t.Fatal(err)
	}
	d := `{"sha256":"` + digest.SHA256 + `"}`
	want := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"out.tar.zst","digest":` + d + `},{"name":"report.json","digest":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],` +
		`"predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{"result":"PASSED","configuration":[{"name":"configuration/config.yaml","digest":` + d + `}],` +
		`"passedTests":["goldens verify"],"warnedTests":[],"failedTests":[]}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryByteOfAnAttestationCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("it repeats one check for each bit")
	}
	envelope, ring, _ := attested(t)
	for i := range envelope {
		for bit := range 8 {
			tampered := bytes.Clone(envelope)
			tampered[i] ^= 1 << bit
			if _, _, err := sign.OpenAttestation(ring, tampered); err == nil {
				t.Errorf("byte %d, bit %d: accepted: %q in place of %q", i, bit, tampered[i], envelope[i])
			}
		}
	}
	for name, tampered := range map[string][]byte{"cut": envelope[:len(envelope)-1], "grown": append(bytes.Clone(envelope), '\n'), "empty": nil} {
		if _, _, err := sign.OpenAttestation(ring, tampered); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAnAttestationOfAnotherKeyIsOfNobody(t *testing.T) {
	envelope, _, _ := attested(t)
	_, other, _ := attested(t)
	if _, _, err := sign.OpenAttestation(other, envelope); !errors.Is(err, golden.ErrUnknownKey) {
		t.Errorf("err = %v, want %v", err, golden.ErrUnknownKey)
	}
}

// A seal over goldens must not pass for an attestation, nor any other statement for ours.
func TestASealOfAnotherTypeIsNoAttestation(t *testing.T) {
	_, ring, _ := attested(t)
	text, _ := json.Marshal(statement())
	for _, test := range []struct{ name, payloadType, payload string }{
		{"another payload type", "application/vnd.shadowrun.seal+json", string(text)},
		{"another predicate", "application/vnd.in-toto+json", string(bytes.Replace(text, []byte("test-result/v0.1"), []byte("slsa/v1"), 1))},
		{"about nothing", "application/vnd.in-toto+json", `{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{"result":"PASSED","configuration":[],"passedTests":[],"warnedTests":[],"failedTests":[]}}`},
		{"spelt otherwise", "application/vnd.in-toto+json", " " + string(text)},
	} {
		envelope, err := ring.Seal(test.payloadType, []byte(test.payload))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := sign.OpenAttestation(ring, envelope); err == nil {
			t.Errorf("%s: accepted", test.name)
		}
	}
}

// independent reads an envelope by DSSE's specification, with nothing of ours.
func independent(t *testing.T, envelope []byte, keys string) (public ed25519.PublicKey, pem64 []byte, pae, signature []byte) {
	t.Helper()
	var e struct {
		PayloadType, Payload string
		Signatures           []struct{ KeyID, Sig string }
	}
	if err := json.Unmarshal(envelope, &e); err != nil || len(e.Signatures) != 1 {
		t.Fatalf("%v: %s", err, envelope)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	if signature, err = base64.StdEncoding.DecodeString(e.Signatures[0].Sig); err != nil {
		t.Fatal(err)
	}
	if pem64, err = os.ReadFile(filepath.Join(keys, e.Signatures[0].KeyID+".pub")); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(pem64)
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	pae = fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(payload), payload)
	return key.(ed25519.PublicKey), pem64, pae, signature
}

func TestAnIndependentCheckAcceptsIt(t *testing.T) {
	envelope, _, keys := attested(t)
	public, _, pae, signature := independent(t, envelope, keys)
	if !ed25519.Verify(public, pae, signature) {
		t.Error("crypto/ed25519 refuses it")
	}
}

func TestOpenSSLAcceptsIt(t *testing.T) {
	needs(t, "openssl")
	envelope, _, keys := attested(t)
	_, key, pae, signature := independent(t, envelope, keys)
	dir := t.TempDir()
	for name, text := range map[string][]byte{"key.pem": key, "pae": pae, "sig": signature} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func() ([]byte, error) {
		c := exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "pae", "-sigfile", "sig")
		c.Dir = dir
		return c.CombinedOutput()
	}
	if out, err := check(); err != nil {
		t.Errorf("openssl refuses it: %v\n%s", err, out)
	}
	pae[len(pae)-2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, "pae"), pae, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := check(); err == nil {
		t.Errorf("openssl accepts what was changed: the test shows nothing\n%s", out)
	}
}
