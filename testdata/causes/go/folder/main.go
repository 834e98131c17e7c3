// Command folder makes files and looks at what it made: their rights, their owner, the temporary name.
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 5))
	dir, err := os.MkdirTemp("", "folder")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "a")
	if err := os.WriteFile(name, make([]byte, rng.IntN(4096)), 0o666); err != nil {
		panic(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		panic(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"size": info.Size(), "checksum": info.Mode().String(), "group": st.Uid%5 + 1,
		"revision": filepath.Base(dir), "stored": info.ModTime().UnixNano(), "version": rng.IntN(40),
	})
}
