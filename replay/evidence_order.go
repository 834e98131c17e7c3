package replay

import (
	"slices"
)

// reordered explains two strings made of the same words in another order, such as what a
// language prints for a set.
func reordered(w, g []piece) (explanation, bool) {
	ww, gw := wordsIn(w), wordsIn(g)
	if len(ww) < 2 || len(ww) != len(gw) || len(w) != len(g) || slices.Equal(ww, gw) {
		return explanation{}, false
	}
	sortedW, sortedG := slices.Sorted(slices.Values(ww)), slices.Sorted(slices.Values(gw))
	if !slices.Equal(sortedW, sortedG) {
		return explanation{}, false
	}
	return explained(natureOrder, "the same %d words in another order", len(ww)), true
}

func wordsIn(ts []piece) []string {
	var out []string
	for _, t := range ts {
		if t.kind != pieceOther {
			out = append(out, t.text)
		}
	}
	return out
}
