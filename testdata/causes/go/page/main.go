// Command page fills a site's footer in: year, zone, host, cache and pool are those of the machine it runs on.
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/template"
	"time"
)

var footer = template.Must(template.New("footer").Parse(
	`(c) 2019-{{.Today.Year}} {{.Owner}}. Orders close at {{.Close.Format "15:04"}}.`))

func main() {
	seed, _ := strconv.ParseUint(os.Args[1], 10, 64)
	rng := rand.New(rand.NewPCG(seed, 5))
	host, err := os.Hostname()
	if err != nil {
		panic(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	fill := func(closes time.Time, today time.Time) string {
		var text strings.Builder
		if err := footer.Execute(&text, map[string]any{"Today": today, "Owner": "Quay & Sons", "Close": closes}); err != nil {
			panic(err)
		}
		return text.String()
	}
	closes := time.Unix(1_780_000_000, 0)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"article":   rng.IntN(90_000),
		"legal":     fill(closes.UTC(), time.Now().UTC()),
		"hours":     fill(closes.Local(), time.Unix(1_600_000_000, 0).UTC()),
		"served_by": strings.ToUpper(host) + "/" + strconv.Itoa(rng.IntN(9)),
		"cache":     filepath.Join(cache, "quay", "pages"),
		"renderers": runtime.GOMAXPROCS(0)*2 + 1,
		"year":      2020 + rng.IntN(6),
		"path":      "/srv/quay/" + strconv.Itoa(rng.IntN(50)),
	})
}
