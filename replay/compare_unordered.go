package replay

// multisets compares two arrays whose order a rule hides. Equal elements cancel each other
// out wherever they are; then those that resemble each other are paired, first come, first
// served, and the rest by position. An element that stays alone has a place behind the other
// side's last.
func (c *comparison) multisets(w, g uint32, rule int, at reach) {
	want, got := c.want.children(w), c.got.children(g)
	in := newInterner(len(want))
	p := newPartners(len(want), len(got))
	p.join(0, c.want.numbered(in, want), c.got.numbered(in, got))
	wantLike, gotLike := resemblances(c.want.items(want), c.got.items(got))
	p.join(0, wantLike, gotLike)
	p.join(0, make([]int32, len(want)), make([]int32, len(got)))
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

func (p partners) pair(i, j int) { p.ofWant[i], p.ofGot[j] = j, i }

// join pairs elements that are still alone and have the same id, in the order of both sides.
// The first ids belong to the elements at from.
func (p partners) join(from int, wantIDs, gotIDs []int32) {
	waiting := make(map[int32][]int)
	for j, id := range gotIDs {
		if p.ofGot[from+j] < 0 {
			waiting[id] = append(waiting[id], from+j)
		}
	}
	for i, id := range wantIDs {
		if js := waiting[id]; p.ofWant[from+i] < 0 && len(js) > 0 {
			p.pair(from+i, js[0])
			waiting[id] = js[1:]
		}
	}
}

// crossed reports whether the pairs come in another order on the second side.
func (p partners) crossed() bool {
	from, to := p.disorder()
	return from < to
}

// disorder returns the smallest part of the first side behind and before which all pairs come
// in the same order.
func (p partners) disorder() (from, to int) {
	last := -1
	for i, j := range p.ofWant {
		if j >= 0 && j < last {
			to = i + 1
		}
		last = max(last, j)
	}
	from = to
	first := len(p.ofGot)
	for i := to - 1; i >= 0; i-- {
		if j := p.ofWant[i]; j >= 0 {
			if j > first {
				from = i
			}
			first = min(first, j)
		}
	}
	return from, to
}
