package replay

import (
	"fmt"
	"strings"
)

// appendToken appends one reference token of a JSON pointer (RFC 6901), with its slash.
func appendToken[T string | []byte](dst []byte, token T) []byte {
	dst = append(dst, '/')
	for i := 0; i < len(token); i++ {
		switch c := token[i]; c {
		case '~':
			dst = append(dst, "~0"...)
		case '/':
			dst = append(dst, "~1"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// splitPointer returns the tokens of a JSON pointer, unescaped; none for the root's.
func splitPointer(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("pointer %q: want a leading slash", pointer)
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens {
		for at := strings.IndexByte(token, '~'); at >= 0; {
			rest := token[at+1:]
			if rest == "" || rest[0] != '0' && rest[0] != '1' {
				return nil, fmt.Errorf("pointer %q: want ~0 or ~1 for each ~, in its segment %d", pointer, i+1)
			}
			next := strings.IndexByte(rest, '~')
			if next < 0 {
				break
			}
			at += 1 + next
		}
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens, nil
}
