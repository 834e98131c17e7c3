// Command maporder totals sales by city, as JSON. Fault: totals come in the order of a map.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

var cities = []string{"Accra", "Bergen", "Cusco", "Dakar", "Esbjerg", "Fukuoka", "Ghent", "Hilo", "Izmir", "Jaffa"}

type total struct {
	City  string `json:"city"`
	Sales int    `json:"sales"`
	Cents int    `json:"cents"`
}

func main() {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "maporder:", err)
		os.Exit(2)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	totals := make(map[string]*total)
	for range 500 {
		city := cities[rng.IntN(len(cities))]
		if totals[city] == nil {
			totals[city] = &total{City: city}
		}
		totals[city].Sales++
		totals[city].Cents += 100 + rng.IntN(9900)
	}
	var report struct {
		Quarter int     `json:"quarter"`
		Sorted  []total `json:"sorted"` // says the name
		Cents   int     `json:"cents"`
	}
	report.Quarter = 1 + rng.IntN(4)
	for _, t := range totals {
		report.Sorted = append(report.Sorted, *t)
		report.Cents += t.Cents
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		os.Exit(1)
	}
}
