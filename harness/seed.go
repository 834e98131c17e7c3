package harness

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Seeds run from 0 to SeedLimit-1, so that any language's generator takes one: 31 bits fit a
// signed 32-bit integer and are exact in a JSON reader that knows doubles only.
const SeedLimit = 1 << 31

// seedOf returns the seed of a soak's n-th run (n from 0): a permutation of the numbers below
// SeedLimit that the base seed keys, so that no seed comes twice in a soak of less than
// SeedLimit runs, and any run's seed is known without those before it.
//
// The permutation is a Feistel network (Luby and Rackoff, 1988) of four rounds over 32 bits,
// with SHA-256 for its round function, walked until it comes out below SeedLimit (Black and
// Rogaway, 2002).
func seedOf(base, n uint64) uint64 {
	x := uint32(n % SeedLimit)
	for {
		left, right := uint16(x>>16), uint16(x)
		for round := range byte(4) {
			left, right = right, left^feistel(base, round, right)
		}
		x = uint32(left)<<16 | uint32(right)
		if x < SeedLimit {
			return uint64(x)
		}
	}
}

func feistel(base uint64, round byte, half uint16) uint16 {
	var in [32]byte
	b := append(in[:0], "shadowrun-seed/1"...)
	b = binary.BigEndian.AppendUint64(b, base)
	b = append(b, round)
	b = binary.BigEndian.AppendUint16(b, half)
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint16(sum[:])
}

// choices returns the generator for one kind of choice in one cycle: PCG (O'Neill, 2014),
// seeded by position, so that no choice depends on how many others were made before.
func choices(base uint64, what string, cycle int) *rand.Rand {
	b := append([]byte("shadowrun-plan/1 "), what...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint64(b, base)
	b = binary.BigEndian.AppendUint64(b, uint64(cycle))
	sum := sha256.Sum256(b)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}
