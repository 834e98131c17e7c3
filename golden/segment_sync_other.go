//go:build !linux

package golden

import "os"

// syncData makes a file's bytes durable.
func syncData(f *os.File) error { return f.Sync() }
