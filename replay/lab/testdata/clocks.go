// Prints what the wall clock says, and whether a sleep takes the time that it should.
package main

import (
	"fmt"
	"time"
)

func main() {
	now := time.Now()
	fmt.Println("realtime", now.UnixNano())
	time.Sleep(30 * time.Millisecond)
	fmt.Println("slept", time.Since(now) >= 30*time.Millisecond)
}
