package golden

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Seal wraps payload in a DSSE envelope (JSON, one line) signed by the current key. The
// signature covers payloadType, so that one kind of statement never passes for another.
func (r *Ring) Seal(payloadType string, payload []byte) (envelope []byte, err error) {
	id, sig, err := r.Sign(dsse.PAE(payloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return renderEnvelope(dsse.Envelope{
		PayloadType: payloadType,
		Payload:     base64.StdEncoding.EncodeToString(payload),
		Signatures:  []dsse.Signature{{KeyID: id, Sig: base64.StdEncoding.EncodeToString(sig)}},
	})
}

// Open returns what [Ring.Seal] wrapped and the id of the key that signed it. Errors wrap
// [ErrUnknownKey] or [ErrBadSignature]; the latter also where the envelope's text is not
// exactly what Seal writes, since encoding/json and base64 overlook altered bytes.
func (r *Ring) Open(payloadType string, envelope []byte) (payload []byte, keyID string, err error) {
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, "", fmt.Errorf("seal: %w: %w", ErrBadSignature, err)
	}
	if e.PayloadType != payloadType || len(e.Signatures) != 1 {
		return nil, "", fmt.Errorf("seal: %w: want one signature over a payload of type %s, got %d over %q",
			ErrBadSignature, payloadType, len(e.Signatures), e.PayloadType)
	}
	payload, err = strictBase64(e.Payload)
	if err != nil {
		return nil, "", fmt.Errorf("seal: payload: %w", err)
	}
	sig, err := strictBase64(e.Signatures[0].Sig)
	if err != nil {
		return nil, "", fmt.Errorf("seal: signature: %w", err)
	}
	again, err := renderEnvelope(e)
	if err != nil || !bytes.Equal(again, envelope) {
		return nil, "", fmt.Errorf("seal: %w: the envelope was rewritten", ErrBadSignature)
	}
	keyID = e.Signatures[0].KeyID
	if err := r.Verify(keyID, dsse.PAE(payloadType, payload), sig); err != nil {
		return nil, keyID, fmt.Errorf("seal: %w", err)
	}
	return payload, keyID, nil
}

// envelopePayload returns what an envelope holds without verifying anything.
func envelopePayload(envelope []byte) ([]byte, error) {
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	return payload, nil
}

func renderEnvelope(e dsse.Envelope) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append(text, '\n'), nil
}

// strictBase64 refuses what the decoder alone lets pass: line breaks, and stray bits before the padding.
func strictBase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		return nil, fmt.Errorf("%w: not the base64 that was written", ErrBadSignature)
	}
	return b, nil
}
