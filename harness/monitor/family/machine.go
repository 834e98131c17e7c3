package family

import (
	"math"

	"github.com/prometheus/procfs"
)

// Limit is what a process may take of something.
type Limit struct {
	Name string `json:"name"`
	Most *int64 `json:"most,omitempty"` // nil: no limit
}

// LimitsOf returns what a process may take, of what a soak can run out of.
func LimitsOf(pid int) ([]Limit, error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return nil, err
	}
	l, err := p.Limits()
	if err != nil {
		return nil, err
	}
	limit := func(name string, most uint64) Limit {
		if most > math.MaxInt64 {
			return Limit{Name: name}
		}
		n := int64(most)
		return Limit{name, &n}
	}
	return []Limit{limit("open files", l.OpenFiles), limit("processes", l.Processes), limit("address space (bytes)", l.AddressSpace),
		limit("file size (bytes)", l.FileSize), limit("CPU time (seconds)", l.CPUTime), limit("core file (bytes)", l.CoreFileSize)}, nil
}

// Machine is what a host has of what a soak needs.
type Machine struct {
	Memory    int64   `json:"memory_bytes"`
	Available int64   `json:"memory_available_bytes"`
	Swap      int64   `json:"swap_bytes"`
	SwapFree  int64   `json:"swap_free_bytes"`
	Load1     float64 `json:"load_1m"`
	Load5     float64 `json:"load_5m"`
	Load15    float64 `json:"load_15m"`
}

// LookAtMachine returns what the host has.
func LookAtMachine() (Machine, error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return Machine{}, err
	}
	m, err := fs.Meminfo()
	if err != nil {
		return Machine{}, err
	}
	load, err := fs.LoadAvg()
	if err != nil {
		return Machine{}, err
	}
	return Machine{bytes(m.MemTotalBytes), bytes(m.MemAvailableBytes), bytes(m.SwapTotalBytes), bytes(m.SwapFreeBytes),
		load.Load1, load.Load5, load.Load15}, nil
}

func bytes(n *uint64) int64 {
	if n == nil {
		return 0
	}
	return int64(*n)
}
