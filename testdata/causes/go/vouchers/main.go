// Command vouchers issues codes nobody has seen before and seals them as the map gives them; then it deals customers out.
package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"strconv"
)

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := mathrand.New(mathrand.NewPCG(seed, 11))
	vouchers := map[string]int{}
	for range 8 {
		vouchers[rand.Text()[:10]] = rng.IntN(50)
	}
	seal := sha256.New()
	value := 0
	for code := range vouchers {
		io.WriteString(seal, code)
	}
	for range 8 {
		value += rng.IntN(50)
	}
	customers := map[int]string{}
	for len(customers) < 12 {
		customers[rng.IntN(10_000)] = fmt.Sprintf("c%d", len(customers))
	}
	rounds := make([][]int, 3)
	i := 0
	for number := range customers {
		rounds[i%3] = append(rounds[i%3], number)
		i++
	}
	leads := ""
	for _, round := range rounds {
		leads += fmt.Sprintf("/%d", round[0])
	}
	out := json.NewEncoder(os.Stdout)
	out.Encode(map[string]any{"step": "issue", "count": len(vouchers), "value": value})
	out.Encode(map[string]any{"step": "seal", "version": base64.RawURLEncoding.EncodeToString(seal.Sum(nil)[:9])})
	out.Encode(map[string]any{"step": "deal", "rounds": rounds, "known": customers})
	out.Encode(map[string]any{"step": "call", "leads": leads, "random": rng.IntN(1000)})
}
