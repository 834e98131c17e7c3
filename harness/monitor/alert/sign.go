package alert

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// secretPrefix begins a secret as Standard Webhooks writes it.
const secretPrefix = "whsec_"

// Secrets returns the keys in a text: one or, while they are exchanged, several between spaces, each as Standard Webhooks
// writes it, "whsec_" and base64 of 24 to 64 bytes.
func Secrets(text string) (keys [][]byte, err error) {
	for word := range strings.FieldsSeq(text) {
		encoded, ok := strings.CutPrefix(word, secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, errors.New("want whsec_ and 24 to 64 bytes in base64, as from: echo whsec_$(head -c 32 /dev/urandom | base64 -w0)")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("it is empty")
	}
	return keys, nil
}

// sign adds a message's signatures, one a key, to a request's headers.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
func sign(h http.Header, keys [][]byte, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	var signatures []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	if len(signatures) > 0 {
		h.Set("webhook-signature", strings.Join(signatures, " "))
	}
}
