package replay

// multisets compares two arrays whose order a rule hides. Equal elements cancel each other
// out wherever they are; then those that resemble each other are paired, first come, first
// served, and the rest by position. An element that stays alone has a place behind the other
// side's last.
func (c *comparison) multisets(w, g uint32, rule int, at reach) {
	want, got := c.want.children(w), c.got.children(g)
	in := newInterner(len(want))
	p := newPartners(len(want), len(got))
	p.join(c.want.numbered(in, want), c.got.numbered(in, got))
	p.join(resemblances(c.want.items(want), c.got.items(got)))
	p.join(make([]int32, len(want)), make([]int32, len(got)))
	if p.crossed() {
		c.hide(rule, c.difference(Moved, c.want.value(w), c.got.value(g)))
	}
	for i, j := range p.ofWant {
		if j < 0 {
			inner, back := c.enterElement(match{i, len(got)}, at)
			c.single(Removed, c.want.value(want[i]), inner)
			c.leave(back)
			continue
		}
		inner, back := c.enterElement(match{i, j}, at)
		c.pair(want[i], got[j], inner)
		c.leave(back)
	}
	for j, i := range p.ofGot {
		if i < 0 {
			inner, back := c.enterElement(match{len(want), j}, at)
			c.single(Added, c.got.value(got[j]), inner)
			c.leave(back)
		}
	}
}

// partners pairs elements without regard to their order.
type partners struct {
	ofWant, ofGot []int // the other side's index, or -1
}

func newPartners(want, got int) partners {
	p := partners{make([]int, want), make([]int, got)}
	for i := range p.ofWant {
		p.ofWant[i] = -1
	}
	for j := range p.ofGot {
		p.ofGot[j] = -1
	}
	return p
}

// join pairs elements that are still alone and have the same id, in the order of both sides.
func (p partners) join(wantIDs, gotIDs []int32) {
	waiting := make(map[int32][]int)
	for j, id := range gotIDs {
		if p.ofGot[j] < 0 {
			waiting[id] = append(waiting[id], j)
		}
	}
	for i, id := range wantIDs {
		if p.ofWant[i] >= 0 || len(waiting[id]) == 0 {
			continue
		}
		j := waiting[id][0]
		waiting[id] = waiting[id][1:]
		p.ofWant[i], p.ofGot[j] = j, i
	}
}

// crossed reports whether the pairs are in another order on the second side.
func (p partners) crossed() bool {
	last := -1
	for _, j := range p.ofWant {
		if j >= 0 && j < last {
			return true
		}
		last = max(last, j)
	}
	return false
}
