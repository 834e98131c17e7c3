package harness

// nearest returns the word that takes the fewest edits to become name, or "" where even that
// takes more than half of name's letters. The first of equals wins.
func nearest(name string, words []string) string {
	best, bestEdits := "", (len(name)+1)/2+1
	for _, w := range words {
		if e := edits(name, w); e < bestEdits {
			best, bestEdits = w, e
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes (Wagner and Fischer, 1974).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
