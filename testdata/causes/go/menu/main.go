// Command menu lists a map as the map comes, under a name that says otherwise; the sum doesn't mind.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 1))
	prices := map[string]int{}
	for i := range 9 {
		prices[fmt.Sprintf("dish-%d", i)] = rng.IntN(3000)
	}
	sum := 0
	var sorted []string
	for name, p := range prices {
		sorted = append(sorted, name)
		sum += p
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"prices": prices, "sorted": sorted, "special": sorted[0], "sum": sum, "shuffle": rng.Perm(5),
	})
}
