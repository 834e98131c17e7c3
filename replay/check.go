package replay

import (
	"context"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
)

// DefaultAgain is how many further replays there are before a difference is blamed on anyone.
const DefaultAgain = 5

// VariantAgain is the variant that changes nothing, and the only one that can show drift.
const VariantAgain = "again"

// Attempt is a golden, or one replay of it.
type Attempt struct {
	Digest        golden.Digest
	Lines         func() ([]byte, error) // the canonical lines; asked for only where the digests differ or there are rules, and before the next replay
	Circumstances *Circumstances         // nil: not known
	Err           error                  // why the run was not replayable: a time-out, a missing answer
}

// attempt is an [Attempt] whose lines have been asked for, if text is set.
type attempt struct {
	Attempt
	text []byte
}

func (a *attempt) read() (err error) {
	if a.text == nil {
		a.text, err = a.Lines()
	}
	return err
}

// Checker replays again before blaming. The zero value is ready to use.
//
// A replay whose digest is the golden's is a match at once, and only rules are looked for in it. One that
// differs only by readings of the world is confirmed by one more replay: a leak warns, and
// would otherwise cost Again replays in every run of a workflow that writes the time; and a
// random value passes for a reading of the world twice only if it does so in two runs. One
// that differs by anything else, in either, is replayed Again more times in all.
type Checker struct {
	Again    int // further replays; 0 stands for [DefaultAgain], negative for none
	Rules    *RuleSet
	MaxAlign int    // see [Options]
	Variant  string // empty stands for [VariantAgain]
}

// Checked is what came of a check.
type Checked struct {
	Verdict       Verdict
	Differences   []Difference // pooled over all replays, classified, in the order first seen
	Replays       int          // that were replayable
	Differing     int          // of these, with a difference that no rule covers
	NotReplayable int          // that were not, tried once more included
	Why           string       // for people: what the verdict was taken from
	Covered       []Covered    // of the first replay that had any
	NotAligned    []string     // see [Result]; of all replays
	Audit         Audit        // over all replays; nil without rules
	Got           int          // the first attempt that differed, from 1; 0: none
	Agree         bool         // all replays, at least two, differ from the golden and are alike, but for readings of the world
	Among         bool         // and what differs from the golden, and is no such reading there, is one among the replays
}

// Check replays want until there is a verdict. It calls replay with 1, 2, … and never twice at
// once; an error from it ends the check, an [Attempt.Err] is tried once more. If ctx ends
// meanwhile its error is returned.
func (c Checker) Check(ctx context.Context, want Attempt, replay func(ctx context.Context, attempt int) (Attempt, error)) (Checked, error) {
	if c.Again == 0 {
		c.Again = DefaultAgain
	}
	k := &check{Checker: c, want: attempt{Attempt: want}, replay: replay}
	k.out.Audit = c.Rules.Audit()
	if err := k.run(ctx); err != nil {
		return Checked{}, err
	}
	k.out.Differences = k.pool.differences()
	k.decide()
	return k.out, nil
}

// check is one check under way.
type check struct {
	Checker
	want   attempt
	replay func(ctx context.Context, attempt int) (Attempt, error)
	tries  int
	out    Checked
	pool   pool
	failed error // of the last that was not replayable
	first  *attempt
	agree  bool         // all replays since the first that differed are like it, but for readings of the world
	among  []Difference // those readings, in the first one's coordinates
	whole  Audit        // of a replay that is equal to the golden; nil: there was none
}

func (k *check) run(ctx context.Context) error {
	differs, err := k.once(ctx)
	if err != nil || k.out.Replays == 0 || !differs {
		return err
	}
	for i := 0; i < k.Again; i++ {
		if i > 0 && VerdictOf(k.pool.differences()) == VerdictLeak {
			return nil
		}
		if _, err := k.once(ctx); err != nil {
			return err
		}
	}
	return nil
}

// once replays, once more if that was not replayable, and reports whether it differed.
func (k *check) once(ctx context.Context) (bool, error) {
	for range 2 {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		k.tries++
		got, err := k.replay(ctx, k.tries)
		if err != nil {
			return false, fmt.Errorf("replay %d: %w", k.tries, err)
		}
		if got.Err == nil {
			k.out.Replays++
			return k.compare(attempt{Attempt: got})
		}
		k.failed = got.Err
		k.out.NotReplayable++
	}
	return false, nil
}

// compare pools what got differs by.
func (k *check) compare(got attempt) (bool, error) {
	if got.Digest == k.want.Digest {
		k.agree = false
		return false, k.audit()
	}
	if err := k.want.read(); err != nil {
		return false, fmt.Errorf("the golden can't be read: %w", err)
	}
	if err := got.read(); err != nil {
		return false, fmt.Errorf("replay %d: its trace can't be read: %w", k.tries, err)
	}
	r, err := CompareTraces(k.want.text, got.text, Options{Rules: k.Rules, MaxAlign: k.MaxAlign})
	if err != nil {
		return false, fmt.Errorf("replay %d: %w", k.tries, err)
	}
	k.out.Audit.Add(r.Audit)
	k.out.NotAligned = append(k.out.NotAligned, r.NotAligned...)
	if len(k.out.Covered) == 0 {
		k.out.Covered = r.Covered
	}
	if r.Equal() {
		k.agree = false
		return false, nil
	}
	k.out.Differing++
	k.pool.add(Classify(r.Differences, k.evidence(&k.want, &got, r)))
	if k.first == nil {
		k.first, k.agree, k.out.Got = &got, true, k.tries
		return true, nil
	}
	return true, k.settle(got)
}

// audit counts what rules match in a golden that was found equal: such a rule is needed for nothing
// here, but it is not misspelt. Without rules nothing is read.
func (k *check) audit() error {
	if len(k.Rules.Rules()) == 0 {
		return nil
	}
	if k.whole == nil {
		if err := k.want.read(); err != nil {
			return fmt.Errorf("the golden can't be read: %w", err)
		}
		r, err := CompareTraces(k.want.text, k.want.text, Options{Rules: k.Rules})
		if err != nil {
			return fmt.Errorf("the golden: %w", err)
		}
		k.whole = r.Audit
	}
	k.out.Audit.Add(k.whole)
	return nil
}

func (k *check) evidence(want, got *attempt, r Result) Evidence {
	e := Evidence{Want: want.Circumstances, Got: got.Circumstances, WantDoc: want.text, GotDoc: got.text}
	for _, c := range r.Covered {
		e.Covered = append(e.Covered, c.Difference)
	}
	e.Covered = Classify(e.Covered, Evidence{Want: e.Want, Got: e.Got})
	return e
}

// decide sets verdict and why.
func (k *check) decide() {
	o := &k.out
	if o.Replays == 0 {
		o.Verdict, o.Why = VerdictUnknown, fmt.Sprintf("not replayable, tried %d times: %v", o.NotReplayable, k.failed)
		return
	}
	o.Verdict = VerdictOf(o.Differences)
	o.Why = fmt.Sprintf("differs in %d of %d replays", o.Differing, o.Replays)
	if len(o.NotAligned) > 0 {
		o.Why += fmt.Sprintf("; too much differs to align %q, compared by position", o.NotAligned[0])
	}
	if o.NotReplayable > 0 {
		o.Why += fmt.Sprintf(", and %d were not replayable: %v", o.NotReplayable, k.failed)
	}
	switch o.Verdict {
	case VerdictMatch:
		o.Why = "equal"
		if len(o.Covered) > 0 {
			o.Why = fmt.Sprintf("equal, but for %d differences that rules cover", len(o.Covered))
		}
	case VerdictViolation:
		o.Agree = k.drifted()
		o.Among = o.Agree && k.tellAmong()
		if changed := k.changed(); len(changed) > 0 && o.Agree && !o.Among {
			o.Verdict = VerdictDrift
			k.blame(changed)
		}
	}
}
