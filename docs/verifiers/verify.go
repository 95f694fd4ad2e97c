// Verifies a signed event of Pledgewatch: Standard Webhooks 1.0.0, schemes v1 (HMAC-SHA256) and v1a (ed25519).
// Copy this file into your code and name your package. It needs Go 1.18 or later and no module.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const Tolerance = 300 * time.Second

// Why an event is not to be trusted: one word each, safe to log. Answer 401.
var (
	ErrMissingHeader       = errors.New("missing_header")
	ErrMalformedID         = errors.New("malformed_id")
	ErrMalformedTimestamp  = errors.New("malformed_timestamp")
	ErrTooOld              = errors.New("too_old")
	ErrTooNew              = errors.New("too_new")
	ErrNoMatchingSignature = errors.New("no_matching_signature")
)

// ErrMalformedKey is a mistake in your own configuration, not in the event.
var ErrMalformedKey = errors.New(`A key is "whsec_" and base64 of 24 to 64 bytes, "whpk_" and base64 of 32 bytes, ` +
	`or the x of a JWK: copy it again, whole.`)

var (
	idForm        = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,256}\z`)
	timestampForm = regexp.MustCompile(`\A(0|[1-9][0-9]{0,11})\z`)
)

// Verify returns the webhook-id, which every retry carries again: skip an id that you have stored.
// body is exactly what was received, before any JSON parser.
// secretOrKey: "whsec_..." verifies v1; "whpk_..." or the x of a JWK verifies v1a.
func Verify(headers http.Header, body []byte, secretOrKey string, now time.Time) (id string, err error) {
	matches, err := matcher(secretOrKey)
	if err != nil {
		return "", err
	}
	id = single(headers, "Webhook-Id")
	timestamp := single(headers, "Webhook-Timestamp")
	signatures := single(headers, "Webhook-Signature")
	if id == "" || timestamp == "" || signatures == "" {
		return "", ErrMissingHeader
	}
	if !idForm.MatchString(id) {
		return "", ErrMalformedID
	}
	if !timestampForm.MatchString(timestamp) {
		return "", ErrMalformedTimestamp
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return "", ErrMalformedTimestamp
	}
	age := now.Unix() - seconds
	if age > int64(Tolerance.Seconds()) {
		return "", ErrTooOld
	}
	if age < -int64(Tolerance.Seconds()) {
		return "", ErrTooNew
	}
	signed := append([]byte(id+"."+timestamp+"."), body...)
	for _, signature := range strings.Split(signatures, " ") {
		if matches(signed, signature) {
			return id, nil
		}
	}
	return "", ErrNoMatchingSignature
}

// matcher gives the test of one signature; the prefix of the key alone decides the scheme, never the sender.
func matcher(secretOrKey string) (func(signed []byte, signature string) bool, error) {
	if strings.HasPrefix(secretOrKey, "whsec_") {
		secret, ok := decode(secretOrKey[len("whsec_"):], base64.StdEncoding)
		if !ok || len(secret) < 24 || len(secret) > 64 {
			return nil, ErrMalformedKey
		}
		return func(signed []byte, signature string) bool {
			mac := hmac.New(sha256.New, secret)
			mac.Write(signed)
			expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
			return hmac.Equal([]byte(expected), []byte(signature))
		}, nil
	}
	text, encoding := secretOrKey, base64.RawURLEncoding
	if strings.HasPrefix(secretOrKey, "whpk_") {
		text, encoding = secretOrKey[len("whpk_"):], base64.StdEncoding
	}
	key, ok := decode(text, encoding)
	if !ok || len(key) != ed25519.PublicKeySize {
		return nil, ErrMalformedKey
	}
	return func(signed []byte, signature string) bool {
		if !strings.HasPrefix(signature, "v1a,") {
			return false
		}
		given, ok := decode(signature[len("v1a,"):], base64.StdEncoding)
		return ok && ed25519.Verify(key, signed, given)
	}, nil
}

// decode takes only the one right spelling, which comes back the same: Go alone would pass over line ends.
func decode(text string, encoding *base64.Encoding) ([]byte, bool) {
	decoded, err := encoding.DecodeString(text)
	return decoded, err == nil && encoding.EncodeToString(decoded) == text
}

// single is empty when the header is missing; one given twice counts as missing.
func single(headers http.Header, name string) string {
	if values := headers.Values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}

// For tests; leave it out. Reads one test case a line, prints "ok" or the reason a line.
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var test struct {
			Headers map[string]string
			Body    []byte
			Key     string
			Now     int64
		}
		if err := json.Unmarshal(lines.Bytes(), &test); err != nil {
			panic(err)
		}
		headers := http.Header{}
		for name, value := range test.Headers {
			headers.Add(name, value)
		}
		if _, err := Verify(headers, test.Body, test.Key, time.Unix(test.Now, 0)); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("ok")
		}
	}
}
