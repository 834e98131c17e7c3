package replay

import "strings"

// maxLevels bounds how many of the values around a difference are looked at, the innermost first.
const maxLevels = 64

// level is the paths of one value on both sides.
type level struct{ path, gotPath string }

// around returns the values around the one at these paths, the innermost first.
func around(path, gotPath string) []level {
	var all []level
	for path != "" && gotPath != "" && len(all) < maxLevels {
		path, _ = splitPath(path)
		gotPath, _ = splitPath(gotPath)
		all = append(all, level{path, gotPath})
	}
	return all
}

// maxReadings bounds the readings of the world that are left out of a value before it is digested.
const maxReadings = 64

// below is what lies at or below one path.
type below struct {
	worst, next int   // the two differences that weigh most, the first of equals; -1 for none
	readings    []int // changed readings of the world, one more than maxReadings at most
}

// indexBelow returns what lies below each path that leads to a difference.
func indexBelow(ds []Difference, own int) map[string]*below {
	all := map[string]*below{}
	for i, d := range ds {
		graver := i < own && d.Class == ClassViolation
		for _, at := range append([]level{{path: d.Path}}, around(d.Path, d.Path)...) {
			b := all[at.path]
			if b == nil {
				b = &below{worst: -1, next: -1}
				all[at.path] = b
			}
			b.add(i, func(j int) bool { return graver && !(j < own && ds[j].Class == ClassViolation) })
			if i < own && d.Class == ClassVolatile && d.Kind == Changed && len(b.readings) <= maxReadings {
				b.readings = append(b.readings, i)
			}
		}
	}
	return all
}

func (b *below) add(i int, graverThan func(j int) bool) {
	switch {
	case b.worst < 0:
		b.worst = i
	case graverThan(b.worst):
		b.worst, b.next = i, b.worst
	case b.next < 0 || graverThan(b.next):
		b.next = i
	}
}

// worstBelow returns the difference at or below path that weighs most, the first of equals;
// -1 if there is none but except.
func (l *links) worstBelow(path string, except int) int {
	b := l.below[path]
	switch {
	case b == nil:
		return -1
	case b.worst == except:
		return b.next
	}
	return b.worst
}

func (l *links) readingsBelow(path string) []int {
	if b := l.below[path]; b != nil {
		return b.readings
	}
	return nil
}

// inside reports whether path is at or below outer.
func inside(path, outer string) bool {
	return path == outer || strings.HasPrefix(path, outer) && path[len(outer)] == '/'
}
