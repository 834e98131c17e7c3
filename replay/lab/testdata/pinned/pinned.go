// Prints a line of what the source that is named gives: pinned SOURCE FOLDER.
package main

import (
	crand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const letters = "abcdefgh"

// sideBySide has each letter's goroutine call f.
func sideBySide(f func(c byte)) {
	var all sync.WaitGroup
	for i := range letters {
		all.Go(func() { f(letters[i]) })
	}
	all.Wait()
}

var sources = map[string]func() any{
	"clock": func() any { return fmt.Sprint(time.Now().UnixNano(), time.Now().UTC().Format(time.RFC3339Nano)) },
	"usual": func() any { return []any{rand.Uint64(), rand.Perm(8)} },
	"secure": func() any {
		p := make([]byte, 8)
		crand.Read(p)
		return fmt.Sprintf("%x %s", p, crand.Text())
	},
	"device": func() any {
		f, _ := os.Open("/dev/urandom")
		p := make([]byte, 8)
		f.Read(p)
		return fmt.Sprintf("%x", p)
	},
	"hashes": func() any {
		m := map[int]bool{}
		for n := range 12 {
			m[n] = true
		}
		var order []int
		for n := range m {
			order = append(order, n)
		}
		return order
	},
	"maphash": func() any { return maphash.String(maphash.MakeSeed(), "a") },
	"addresses": func() any {
		x := new([64]byte)
		return fmt.Sprintf("%p %p", x, sideBySide)
	},
	"pids": func() any {
		out, _ := exec.Command("sh", "-c", "echo $$").Output()
		return fmt.Sprintf("%d %d %s", os.Getpid(), os.Getppid(), out[:len(out)-1])
	},
	"births": func() any {
		var mu sync.Mutex
		var order []byte
		sideBySide(func(c byte) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, c)
		})
		return string(order)
	},
	"work": func() any {
		var mu sync.Mutex
		var order []byte
		sideBySide(func(c byte) {
			for range 20_000 {
				sum := sha256.Sum256([]byte{c})
				mu.Lock()
				order = append(order, sum[0])
				mu.Unlock()
			}
		})
		return fmt.Sprintf("%x", sha256.Sum256(order))[:16]
	},
	"selects": func() any {
		a, b := make(chan byte, 16), make(chan byte, 16)
		for range 16 {
			a <- 'a'
			b <- 'b'
		}
		var order []byte
		for range 16 {
			select {
			case c := <-a:
				order = append(order, c)
			case c := <-b:
				order = append(order, c)
			}
		}
		return string(order)
	},
	"processes": func() any {
		var started []*exec.Cmd
		for _, c := range letters {
			cmd := exec.Command("printf", string(c))
			cmd.Stdout = os.Stdout
			cmd.Start()
			started = append(started, cmd)
		}
		for _, cmd := range started {
			cmd.Wait()
		}
		return ""
	},
	"monotonic": func() any { return time.Since(start) },
	"cputime": func() any {
		var u syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return fmt.Sprint(u.Utime, u.Stime)
	},
	"temporary": func() any {
		dir, _ := os.MkdirTemp("", "x")
		return filepath.Base(dir)
	},
	"listing": func() any {
		dir, _ := os.Open(os.Args[2]) // os.ReadDir would sort them
		names, _ := dir.Readdirnames(0)
		return names
	},
	"filetime": func() any {
		f, _ := os.CreateTemp("", "")
		info, _ := f.Stat()
		return info.ModTime().UnixNano()
	},
}

var start = time.Now()

func main() { fmt.Println(sources[os.Args[1]]()) }
