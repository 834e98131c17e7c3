// Command index builds an inverted index over made-up documents, as JSON lines. Steady.
//
// Decoy: documents are read by several goroutines and kept in maps, and neither shows: each
// result has its own place, and terms are sorted before they are printed.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var words = strings.Fields("anchor beacon cargo deck engine ferry gale harbour inlet jetty keel lantern mast north")

type posting struct {
	Term      string  `json:"term"`
	Documents []int   `json:"documents"`
	Frequency float64 `json:"frequency"` // uses per document that has the term
}

func main() {
	seed, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "index:", err)
		os.Exit(2)
	}
	documents := write(rand.New(rand.NewPCG(seed, 0)))
	counts := make([]map[string]int, len(documents))
	var wg sync.WaitGroup
	for n, document := range documents {
		wg.Go(func() { counts[n] = count(document) })
	}
	wg.Wait()
	out := json.NewEncoder(os.Stdout)
	for _, p := range invert(counts) {
		if err := out.Encode(p); err != nil {
			os.Exit(1)
		}
	}
}

func write(rng *rand.Rand) []string {
	documents := make([]string, 24)
	for n := range documents {
		text := make([]string, 4000+rng.IntN(8000))
		for i := range text {
			// Squared, so that some words are common and others rare.
			text[i] = words[rng.IntN(1+rng.IntN(len(words)))]
		}
		documents[n] = strings.Join(text, " ")
	}
	return documents
}

func count(document string) map[string]int {
	uses := make(map[string]int)
	for term := range strings.FieldsSeq(document) {
		uses[term]++
	}
	return uses
}

func invert(counts []map[string]int) []posting {
	index := make(map[string]*posting)
	for n, uses := range counts {
		for term, c := range uses {
			if index[term] == nil {
				index[term] = &posting{Term: term}
			}
			index[term].Documents = append(index[term].Documents, n)
			index[term].Frequency += float64(c)
		}
	}
	postings := make([]posting, 0, len(index))
	for _, p := range index {
		p.Frequency /= float64(len(p.Documents))
		postings = append(postings, *p)
	}
	slices.SortFunc(postings, func(a, b posting) int { return strings.Compare(a.Term, b.Term) })
	return postings
}
