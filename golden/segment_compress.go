package golden

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// newEncoder returns an encoder for frames' bodies, for one goroutine. The checksum of zstd's own
// is left out: a frame has one. The fastest level: a group of 100 traces of 400 bytes comes to
// 50.5 bytes each at it, to 52.5, 49.2 and 49.2 at the others, which take 2, 2.5 and 25 times as long.
func newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(chunkSize),
		zstd.WithLowerEncoderMem(true))
}

// newDecoder returns a decoder for frames' bodies that refuses to unpack more than a frame holds.
// Any number of goroutines may use it.
func newDecoder() (*zstd.Decoder, error) {
	return zstd.NewReader(nil,
		zstd.WithDecoderConcurrency(0),
		zstd.WithDecoderMaxMemory(chunkSize),
		zstd.WithDecoderMaxWindow(chunkSize),
		zstd.WithDecodeAllCapLimit(true))
}

// unpack appends the frame's body, uncompressed, to dst.
func (f *segmentFrame) unpack(decoder *zstd.Decoder, dst []byte) ([]byte, error) {
	if cap(dst)-len(dst) < f.rawLen {
		dst = append(make([]byte, 0, len(dst)+f.rawLen), dst...)
	}
	start := len(dst)
	dst, err := decoder.DecodeAll(f.body, dst)
	if err != nil {
		return dst, fmt.Errorf("frame body: %w", err)
	}
	if got := len(dst) - start; got != f.rawLen {
		return dst, fmt.Errorf("frame body: %d bytes uncompressed, want %d", got, f.rawLen)
	}
	return dst, nil
}
