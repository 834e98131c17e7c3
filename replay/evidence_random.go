package replay

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"
)

// uuids explains two UUIDs by their version (RFC 9562).
func (x *examiner) uuids(w, g string) explanation {
	uw, errw := uuid.Parse(w)
	ug, errg := uuid.Parse(g)
	if errw != nil || errg != nil || uw.Version() != ug.Version() || uw.Variant() != ug.Variant() || uw.Variant() != uuid.RFC4122 {
		return explained(natureToken, "%s and %s have the form of a UUID, of no known or not the same version", w, g)
	}
	v := uw.Version()
	switch v {
	case 1, 6, 7:
		tw, tg := uuidTime(uw), uuidTime(ug)
		n := natureTimeUUID
		if v == 7 {
			n = natureUUID // its other half is random
		}
		if x.wantWindow.holds(tw, time.Millisecond) && x.gotWindow.holds(tg, time.Millisecond) {
			return explained(n, "UUIDs of version %d: the time in the first lies %s; in the second %s", v, x.wantWindow.where(tw), x.gotWindow.where(tg))
		}
		return explained(natureUUID, "UUIDs of version %d, but the times in them are not of their runs", v)
	case 3, 5:
		return explained(natureNameUUID, "UUIDs of version %d are digests of a name: the name differs", v)
	}
	return explained(natureUUID, "UUIDs of version %d, which is random", v)
}

// uuidTime returns the time that a UUID of version 1, 6 or 7 holds.
func uuidTime(u uuid.UUID) time.Time {
	if u.Version() == 7 {
		var ms int64
		for _, b := range u[:6] {
			ms = ms<<8 | int64(b)
		}
		return time.UnixMilli(ms).UTC()
	}
	sec, nsec := u.Time().UnixTime()
	return time.Unix(sec, nsec).UTC()
}

// leastRandom is the shortest piece, in characters, that is called random.
const leastRandom = 8

// randomToken explains two words of one length and alphabet that have nothing in common:
// hexadecimal digits, or letters and digits mixed.
func randomToken(w, g string) (explanation, bool) {
	if len(w) != len(g) || len(w) < leastRandom || agree(w, g) > len(w)/2 {
		return explanation{}, false
	}
	if u, ok := plainUUID(w); ok {
		if v, ok := plainUUID(g); ok && u.Version() == v.Version() {
			return explained(natureUUID, "UUIDs of version %d without dashes, which is random", u.Version()), true
		}
	}
	for _, a := range []struct{ name, digits string }{
		{"hexadecimal digits", "0123456789abcdef"},
		{"hexadecimal digits", "0123456789ABCDEF"},
		{"characters of base 32", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{"letters and digits", "0123456789abcdefghijklmnopqrstuvwxyz"},
		{"letters and digits", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	} {
		if within(w, a.digits) && within(g, a.digits) {
			if !isDense(w) || !isDense(g) {
				return explanation{}, false
			}
			return explained(natureToken, "%d random-looking %s on both sides", len(w), a.name), true
		}
	}
	return explanation{}, false
}

// randomText explains two strings that are base64 as a whole.
func randomText(w, g string) (explanation, bool) {
	if len(w) != len(g) || len(w) < 16 || agree(w, g) > len(w)/4 {
		return explanation{}, false
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		_, errw := e.DecodeString(w)
		_, errg := e.DecodeString(g)
		if errw == nil && errg == nil && isDense(w) && isDense(g) {
			return explained(natureToken, "%d random-looking characters of base 64 on both sides", len(w)), true
		}
	}
	return explanation{}, false
}

func plainUUID(s string) (uuid.UUID, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 16 {
		return uuid.UUID{}, false
	}
	u, err := uuid.FromBytes(b)
	return u, err == nil && u.Variant() == uuid.RFC4122 && u.Version() == 4
}

// isDense reports whether s uses letters and digits, and repeats few of them: a random
// string of n characters does, a word or a count does not.
func isDense(s string) bool {
	distinct := map[rune]bool{}
	for _, r := range s {
		distinct[r] = true
	}
	return strings.ContainsAny(s, "0123456789") && len(strings.Trim(s, "0123456789")) > 0 && len(distinct) >= min(len(s)/2+1, 9)
}

// agree counts the positions at which a and b, of one length, have the same character.
func agree(a, b string) int {
	n := 0
	for i := range len(a) {
		if a[i] == b[i] {
			n++
		}
	}
	return n
}

func within(s, digits string) bool {
	return strings.Trim(s, digits) == ""
}
