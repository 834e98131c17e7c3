// Waits in the ways that Go has, and prints whether that took as long as it should by the wall clock.
package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	from := time.Now().Round(0) // without the clock that counts from the machine's start
	time.Sleep(200 * time.Millisecond)
	<-time.After(200 * time.Millisecond)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	for until := time.Now().Add(200 * time.Millisecond); time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
	}
	if d := time.Since(from); d < 600*time.Millisecond || d > 30*time.Second {
		fmt.Println(d)
		return
	}
	fmt.Println("in time")
}
