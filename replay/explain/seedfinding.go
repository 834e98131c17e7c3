package explain

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/shadowrun/shadowrun/replay"
)

// seedFindings says what the seed does not do. A steady constant is nobody's fault: only what has
// siblings that follow the seed is expected to.
func (e *experiment) seedFindings() []SeedFinding {
	all := e.bySeed()
	found := []SeedFinding{}
	if len(all) < 3 {
		return found
	}
	var seeds []uint64
	for _, s := range all {
		seeds = append(seeds, s.seed)
	}
	add := func(kind SeedKind, paths []string, proof string) {
		f := SeedFinding{Kind: kind, Paths: paths, Class: replay.ClassViolation, Cause: replay.CauseSeed, Seeds: seeds, Proof: proof}
		if len(paths) > 0 {
			f.Path = paths[0]
		}
		found = append(found, f)
	}
	following := followed(all)
	if len(following) == 0 {
		if e.shapesDiffer(all) {
			return found
		}
		if len(all[0].values) > 0 {
			add(SeedNoEffect, []string{""}, fmt.Sprintf("all that does not vary anyway is the same for %d seeds: nothing follows the seed", len(all)))
		}
		return found
	}
	for _, f := range unfollowed(all, following) {
		add(SeedNotFollowed, []string{f.path}, f.proof)
	}
	for _, f := range wrongEchoes(all) {
		add(SeedWrongEcho, []string{f.path}, f.proof)
	}
	if proof := sameTraces(all, following); proof != "" {
		add(SeedSameTrace, []string{""}, proof)
	} else if shared := e.sharedDraws(all, following); shared != nil {
		add(SeedSameTrace, shared.paths, shared.proof)
	}
	for _, f := range e.repeated(all, following) {
		add(SeedRepeated, f.paths, f.proof)
	}
	return found
}

// place is a path with what is to say about it.
type place struct {
	path  string
	paths []string
	proof string
}

// followed returns the places whose value is not the same for all seeds.
func followed(all []seeded) map[string]bool {
	out := map[string]bool{}
	for _, s := range all[1:] {
		for path, v := range s.values {
			if w, ok := all[0].values[path]; ok && w != v {
				out[path] = true
			}
		}
	}
	return out
}

// shapesDiffer reports whether seeds have places that others have not, noise apart.
func (e *experiment) shapesDiffer(all []seeded) bool {
	for _, s := range all[1:] {
		for path := range s.values {
			if _, ok := all[0].values[path]; !ok {
				return true
			}
		}
		for path := range all[0].values {
			if _, ok := s.layout.values[path]; !ok {
				return true
			}
		}
	}
	return false
}

// steady reports whether a place has one and the same value for all seeds.
func steady(all []seeded, path string) bool {
	for _, s := range all {
		if v, ok := s.values[path]; !ok || v != all[0].values[path] {
			return false
		}
	}
	return true
}

// leastSiblings is how many siblings have to follow the seed before one that does not stands out.
const leastSiblings = 3

// unfollowed returns the places that follow no seed though all their siblings do: the same key in
// the other elements of one array, or in the other steps of the same shape. The other keys of one
// object are no siblings.
func unfollowed(all []seeded, following map[string]bool) []place {
	families := map[string][]string{}
	for path := range all[0].values {
		if family, ok := familyOf(all[0].layout, path); ok {
			families[family] = append(families[family], path)
		}
	}
	var out []place
	for _, family := range slices.Sorted(maps.Keys(families)) {
		members := families[family]
		slices.Sort(members)
		var not []string
		do := 0
		for _, path := range members {
			switch {
			case following[path]:
				do++
			case steady(all, path):
				not = append(not, path)
			}
		}
		if do < leastSiblings || len(not) == 0 || 3*len(not) > do {
			continue
		}
		kind := kindOf(all, members, following)
		for _, path := range not {
			if v := all[0].values[path]; !kind.expects(v) || isFirst(path, family) && informative(v) < leastInformative {
				continue
			}
			out = append(out, place{path: path, proof: fmt.Sprintf("%s for all of %d seeds; %d of its siblings (%s) follow the seed",
				all[0].values[path], len(all), do, family)})
		}
	}
	return out
}

// kind is what the members of a family that follow the seed have in common.
type kind struct {
	shapes   map[string]int
	values   map[string]bool
	observed int
}

func kindOf(all []seeded, members []string, following map[string]bool) kind {
	k := kind{map[string]int{}, map[string]bool{}, 0}
	for _, path := range members {
		if !following[path] {
			continue
		}
		for _, s := range all {
			if v, ok := s.values[path]; ok {
				k.shapes[shapeOf(v)]++
				k.values[v] = true
				k.observed++
			}
		}
	}
	return k
}

// leastInformative is how many letters and digits a list's first value must have to be no mere start.
const leastInformative = 6

// expects reports whether a value that no seed moves should have been moved: it looks as its
// siblings do, which hardly ever repeat a value, and none of which ever had this one. A heading,
// or one state of few, is steady by right.
func (k kind) expects(v string) bool {
	return 2*k.shapes[shapeOf(v)] > k.observed && 4*len(k.values) > 3*k.observed && !k.values[v]
}

// isFirst reports whether a member of a family is a list's first.
func isFirst(path, family string) bool {
	at := strings.Index(family, "/*")
	return strings.HasPrefix(path[at:]+"/", "/0/")
}

// shapeOf returns a value with each run of digits and each run of letters as one.
func shapeOf(v string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range v {
		switch {
		case unicode.IsDigit(r):
			r = '9'
		case unicode.IsLetter(r):
			r = 'a'
		}
		if r != last || r != '9' && r != 'a' {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// familyOf returns a path with its innermost index, or its step's name, taken out.
func familyOf(l *layout, path string) (string, bool) {
	tokens := strings.Split(path, "/")
	for i := len(tokens) - 1; i > 0; i-- {
		parent := strings.Join(tokens[:i], "/")
		if l.kinds[parent] == '[' || parent == "" && i == 1 && l.eventList() {
			return parent + "/*" + strings.Join(append([]string{""}, tokens[i+1:]...), "/"), true
		}
	}
	if step := l.stepOf(path); step >= 0 && len(l.steps) > leastSiblings && l.steps[step] != "" && !strings.HasPrefix(path, "/@") {
		return "/*" + path[len(l.steps[step]):], true
	}
	return "", false
}

// wrongEchoes returns the places whose name says that they are the seed, and that are not the one that
// was given: equal to it for some seeds and to its lower bits for others, or off by the same number
// for all. Under another name a seed's lower bits are anybody's business.
func wrongEchoes(all []seeded) []place {
	var out []place
	for _, path := range slices.Sorted(maps.Keys(all[0].values)) {
		right, low, apart := 0, 0, map[int64]bool{}
		numbers := true
		for _, s := range all {
			text := strings.Trim(s.values[path], `"`)
			n, err := strconv.ParseUint(text, 10, 63)
			if err != nil {
				numbers = false
				break
			}
			apart[int64(n)-int64(s.seed)] = true
			switch {
			case n == s.seed:
				right++
			case n == s.seed&0xff || n == s.seed&0xffff || n == s.seed&0xffffff:
				low++
			}
		}
		_, name := splitPath(path)
		switch {
		case !numbers || right == len(all) || !strings.Contains(strings.ToLower(name), "seed"):
		case right >= 3 && right+low == len(all):
			out = append(out, place{path: path, proof: fmt.Sprintf("it is the seed for %d of %d seeds, and only the seed's lower bits for the others", right, len(all))})
		case len(apart) == 1:
			for d := range apart {
				out = append(out, place{path: path, proof: fmt.Sprintf("it is the seed %+d for all of %d seeds", d, len(all))})
			}
		}
	}
	return out
}

// sameTraces says which seeds gave what another gave, where that cannot be chance.
func sameTraces(all []seeded, following map[string]bool) string {
	differ, same := 0, ""
	for i, a := range all {
		for _, b := range all[:i] {
			equal := len(a.values) == len(b.values)
			for path := range following {
				equal = equal && a.values[path] == b.values[path]
			}
			switch {
			case !equal:
				differ++
			case same == "":
				same = fmt.Sprintf("seeds %d and %d give the same run: a run got another seed than it was given", b.seed, a.seed)
			}
		}
	}
	// Where half of the pairs agree the seed does little, and that is no mistake.
	pairs := len(all) * (len(all) - 1) / 2
	if same == "" || 2*(pairs-differ) > pairs || !tellsSeeds(all[0], following) {
		return ""
	}
	return same
}

// leastShared is how many letters and digits two neighbours must share to have drawn from one seed.
const leastShared = 9

// sharedDraws returns what two neighbouring seeds have in common, where that is most of what follows
// the seed: they differ in a few places, such as one that says the seed, and drew the rest from the same.
func (e *experiment) sharedDraws(all []seeded, following map[string]bool) *place {
	for i, a := range all {
		for _, b := range all[:i] {
			if a.seed-b.seed > neighbours && b.seed-a.seed > neighbours {
				continue
			}
			var same []string
			shared, whole := 0, 0
			for _, path := range slices.Sorted(maps.Keys(following)) {
				n := informative(a.values[path])
				whole += n
				if a.values[path] == b.values[path] && varied(all, path) {
					shared += n
					same = append(same, path)
				}
			}
			if len(same) > 1 && shared >= leastShared && 2*shared > whole {
				return &place{paths: same, proof: fmt.Sprintf("seeds %d and %d give the same here, and not in all that follows the seed: both were drawn from one seed",
					b.seed, a.seed)}
			}
		}
	}
	return nil
}

// varied reports whether a place has other values for most seeds.
func varied(all []seeded, path string) bool {
	values := map[string]bool{}
	for _, s := range all {
		values[s.values[path]] = true
	}
	return 2*len(values) > len(all)
}

// tellsSeeds reports whether what follows the seed holds more than one small number's worth.
func tellsSeeds(s seeded, following map[string]bool) bool {
	digits := 0
	for path := range following {
		digits += informative(s.values[path])
	}
	return digits >= 6
}

// informative is how many letters and digits a value has, zeros at its ends apart.
func informative(v string) int {
	n := 0
	for _, r := range strings.Trim(v, `"-0.`) {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 {
			n++
		}
	}
	return n
}
