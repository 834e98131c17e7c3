// Goroutines on four threads that send what they have worked out to a channel.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	runtime.GOMAXPROCS(4)
	results := make(chan uint64)
	var all sync.WaitGroup
	for number := range uint64(6) {
		all.Go(func() {
			for range 5 {
				sum := number
				for n := range uint64(50_000) {
					sum = sum*6364136223846793005 + n
				}
				results <- number*10 + sum%2
			}
		})
	}
	go func() {
		all.Wait()
		close(results)
	}()
	for result := range results {
		fmt.Print(result, " ")
	}
	fmt.Println()
}
