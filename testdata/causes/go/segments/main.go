// Command segments writes a log in pieces and replays it as the folder lists them; the index goes by names.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 29))
	wal := must(os.MkdirTemp("", "wal"))
	defer os.RemoveAll(wal)
	for range 10 {
		name := fmt.Sprintf("%08x.seg", rng.Uint32())
		if err := os.WriteFile(filepath.Join(wal, name), make([]byte, rng.IntN(2000)), 0o600); err != nil {
			panic(err)
		}
	}
	folder := must(os.Open(wal))
	defer folder.Close()
	names := must(folder.Readdirnames(-1))
	index := make([]string, 0, len(names))
	size := int64(0)
	for _, entry := range must(os.ReadDir(wal)) {
		index = append(index, entry.Name())
		size += must(entry.Info()).Size()
	}
	out := json.NewEncoder(os.Stdout)
	out.Encode(map[string]any{"step": "write", "segments": len(index), "random": index})
	out.Encode(map[string]any{"step": "replay", "time": names, "newest": slices.Max(index)})
	out.Encode(map[string]any{"step": "resume", "offset": size, "at": names[len(names)-1][:8]})
}
