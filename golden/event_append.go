package golden

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

func appendHeader(dst []byte, h Header) []byte {
	dst = append(dst, `{"canonical":"`+Canonical+`"`...)
	if h.Command != nil {
		dst = append(dst, `,"command":[`...)
		for i, word := range h.Command {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, word)
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"format":"`+Format+`","output":`...)
	dst = appendText(dst, string(h.Output))
	dst = append(dst, `,"seed":`...)
	dst = strconv.AppendUint(dst, h.Seed, 10)
	dst = append(dst, `,"workflow":`...)
	dst = appendText(dst, h.Workflow)
	return append(dst, '}')
}

// appendEventStart appends an event up to its value.
func appendEventStart(dst []byte, kind Kind, name string) []byte {
	dst = append(dst, `{"kind":"`...)
	dst = append(dst, kind...)
	dst = append(dst, '"')
	if name != "" {
		dst = append(dst, `,"name":`...)
		dst = appendText(dst, name)
	}
	return append(dst, `,"value":`...)
}

func appendEnd(dst []byte, e End) []byte {
	dst = append(dst, endPrefix...)
	if e.Error != "" {
		dst = append(dst, `"error":`...)
		dst = append(appendText(dst, e.Error), ',')
	}
	dst = append(dst, `"events":`...)
	dst = strconv.AppendInt(dst, int64(e.Events), 10)
	if e.Exit != 0 {
		dst = append(dst, `,"exit":`...)
		dst = strconv.AppendInt(dst, int64(e.Exit), 10)
	}
	if e.Signal != "" {
		dst = append(dst, `,"signal":`...)
		dst = appendText(dst, e.Signal)
	}
	dst = append(dst, `,"status":`...)
	dst = appendText(dst, string(e.Status))
	return append(dst, "}}"...)
}

// appendText appends text as a JSON string. A file name or an error of a Go workflow need not be
// UTF-8; a byte that is not comes out as \xff does in Go's syntax.
func appendText(dst []byte, text string) []byte {
	if !utf8.ValidString(text) {
		var b strings.Builder
		for i, r := range text {
			if _, n := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
				fmt.Fprintf(&b, `\x%02x`, text[i])
			} else {
				b.WriteRune(r)
			}
		}
		text = b.String()
	}
	dst, _ = jsontext.AppendQuote(dst, text) // fails on bad UTF-8 only
	return dst
}

// BlockSize is how much of an output of bytes is one event, in bytes.
const BlockSize = 4096

// AppendBase64 appends bytes that are not text as {"base64":"…"}.
func AppendBase64[T string | []byte](dst []byte, b T) []byte {
	dst = append(dst, `{"base64":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, []byte(b))
	return append(dst, `"}`...)
}
