package replay

import "strings"

// combine makes one explanation of a string's parts: a violation if any part is one, else
// derived if any part is a copy, else the first part's nature; why lists all.
func combine(parts []explanation) explanation {
	if len(parts) == 0 {
		return unexplained("no evidence in the values says why")
	}
	rank := func(e explanation) int {
		switch r := rulings[e.nature]; {
		case e.nature == natureNothing:
			return 3
		case r.Class == ClassViolation:
			return 2
		case r.Class == ClassDerived:
			return 1
		}
		return 0
	}
	worst := parts[0]
	var why []string
	seen := map[string]bool{}
	for _, p := range parts {
		if rank(p) > rank(worst) {
			worst = p
		}
		if !seen[p.why] && len(why) < 6 {
			why = append(why, p.why)
		}
		seen[p.why] = true
	}
	worst.why = strings.Join(why, "; ")
	return worst
}

// sameShape reports whether two strings are made of the same kinds of pieces. Words and
// numbers may stand for each other: a random token has either form by chance.
func sameShape(w, g []piece) bool {
	if len(w) != len(g) {
		return false
	}
	for i := range w {
		same := w[i].kind == g[i].kind || isBare(w[i]) && isBare(g[i])
		if !same || w[i].kind == pieceMark && w[i].mark != g[i].mark {
			return false
		}
	}
	return true
}

func isBare(t piece) bool { return t.kind == pieceWord || t.kind == pieceNumber }

func isNumber(s string) bool {
	return len(s) > 0 && len(s) <= 40 && numberPattern.FindString(s) == s
}
