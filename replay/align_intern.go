package replay

import (
	"bytes"
	"hash/maphash"
)

// interner numbers byte strings: equal strings, equal numbers, from 0 in the order of first
// sight.
type interner struct {
	numbers map[uint64]int32
	strings [][]byte
}

func newInterner(size int) *interner {
	return &interner{numbers: make(map[uint64]int32, size)}
}

func (in *interner) number(s []byte) int32 {
	return in.numberHashed(s, maphash.Bytes(hashSeed, s))
}

// numberHashed is for strings whose hash is known, by whatever function.
func (in *interner) numberHashed(s []byte, hash uint64) int32 {
	for ; ; hash++ {
		n, ok := in.numbers[hash]
		if !ok {
			n = int32(len(in.strings))
			in.numbers[hash] = n
			in.strings = append(in.strings, s)
			return n
		}
		if bytes.Equal(in.strings[n], s) {
			return n
		}
	}
}

// sameMultiset reports whether both hold the same numbers, each as often.
func sameMultiset(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	var count []int32
	for _, n := range a {
		for int(n) >= len(count) {
			count = append(count, 0)
		}
		count[n]++
	}
	for _, n := range b {
		if int(n) >= len(count) || count[n] == 0 {
			return false
		}
		count[n]--
	}
	return true
}
