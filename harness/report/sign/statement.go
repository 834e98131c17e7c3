package sign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
)

// The types of what is attested. The three structs below are in-toto's JSON; its Go module would bring
// protocol buffers along for them.
const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://in-toto.io/attestation/test-result/v0.1"
)

// Results that the predicate knows.
const (
	Passed = "PASSED"
	Failed = "FAILED"
)

// Statement says of subjects how their tests came out.
type Statement struct {
	Type          string     `json:"_type"`
	Subject       []Resource `json:"subject"` // the bundle, then each file in it
	PredicateType string     `json:"predicateType"`
	Predicate     TestResult `json:"predicate"`
}

// Resource is something that has a digest.
type Resource struct {
	Name   string `json:"name"`
	Digest Digest `json:"digest"`
}

// Digest is of a resource's bytes.
type Digest struct {
	SHA256 string `json:"sha256"`
}

// TestResult is in-toto's predicate of that name.
type TestResult struct {
	Result        string     `json:"result"`
	Configuration []Resource `json:"configuration"` // configuration, runbooks and scenarios
	PassedTests   []string   `json:"passedTests"`
	WarnedTests   []string   `json:"warnedTests"`
	FailedTests   []string   `json:"failedTests"`
}

// NewStatement returns a statement of that result. Lists may be nil.
func NewStatement(subject []Resource, result TestResult) Statement {
	result.Configuration = append([]Resource{}, result.Configuration...)
	for _, list := range []*[]string{&result.PassedTests, &result.WarnedTests, &result.FailedTests} {
		*list = append([]string{}, *list...)
	}
	return Statement{statementType, subject, predicateType, result}
}

// Attest returns the statement in an envelope, a line of JSON, signed by the ring's current key.
func Attest(ring *golden.Ring, s Statement) ([]byte, error) {
	payload, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("attest: %w", err)
	}
	return ring.Seal(payloadType, payload)
}

// OpenAttestation returns what was attested and the id of the key that did. Errors wrap [golden.ErrUnknownKey] or
// [golden.ErrBadSignature], or say what else is wrong.
func OpenAttestation(ring *golden.Ring, envelope []byte) (s Statement, keyID string, err error) {
	payload, keyID, err := ring.Open(payloadType, envelope)
	if err != nil {
		return s, keyID, err
	}
	if err := json.Unmarshal(payload, &s); err != nil {
		return s, keyID, fmt.Errorf("statement: %w", err)
	}
	if again, err := json.Marshal(s); err != nil || !bytes.Equal(again, payload) {
		return s, keyID, errors.New("statement: want the one spelling that shadowrun writes")
	}
	if s.Type != statementType || s.PredicateType != predicateType {
		return s, keyID, fmt.Errorf("statement of type %s with predicate %s, want %s with %s", s.Type, s.PredicateType, statementType, predicateType)
	}
	if len(s.Subject) == 0 {
		return s, keyID, errors.New("statement: it is about nothing")
	}
	return s, keyID, nil
}
