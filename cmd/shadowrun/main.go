// Shadowrun tells whether a workflow engine, given the same seed, does the same thing again.
package main

import "github.com/shadowrun/shadowrun/cmd"

func main() { cmd.Main() }
