//go:build !unix

package golden

import "os"

// lockFile does nothing where there is no flock: two writers must not meet there.
func lockFile(*os.File, bool) error { return nil }
