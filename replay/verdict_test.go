package replay

import "testing"

// The table "from difference to verdict", row by row.
func TestEachNatureHasItsClassAndVerdict(t *testing.T) {
	rows := map[nature]struct {
		class   Class
		cause   Cause
		verdict Verdict
	}{
		natureClock:     {ClassVolatile, CauseClock, VerdictLeak},
		natureMonotonic: {ClassVolatile, CauseClock, VerdictLeak},
		natureDuration:  {ClassVolatile, CauseDuration, VerdictLeak},
		naturePID:       {ClassVolatile, CausePID, VerdictLeak},
		natureHost:      {ClassVolatile, CauseHostname, VerdictLeak},
		natureUser:      {ClassVolatile, CauseUser, VerdictLeak},
		naturePath:      {ClassVolatile, CausePath, VerdictLeak},
		natureAddress:   {ClassVolatile, CauseAddress, VerdictLeak},
		natureUUID:      {ClassViolation, CauseRNG, VerdictViolation},
		natureTimeUUID:  {ClassViolation, CauseClock, VerdictViolation},
		natureNameUUID:  {ClassViolation, CauseUnattributed, VerdictViolation},
		natureToken:     {ClassViolation, CauseRNG, VerdictViolation},
		natureOrder:     {ClassViolation, CauseOrder, VerdictViolation},
		natureNothing:   {ClassViolation, CauseUnattributed, VerdictViolation},
		// A derived difference whose root is not known excuses nothing.
		natureDigest:    {ClassDerived, "", VerdictViolation},
		natureAggregate: {ClassDerived, "", VerdictViolation},
		natureCopy:      {ClassDerived, "", VerdictViolation},
		natureFormat:    {ClassDerived, "", VerdictViolation},
	}
	for n := range rulings {
		if _, ok := rows[n]; !ok {
			t.Errorf("%s is in the table and not in the test", n)
		}
	}
	for n, row := range rows {
		t.Run(string(n), func(t *testing.T) {
			var d Difference
			d.rule(explained(n, "evidence"))
			if d.Class != row.class || d.Cause != row.cause {
				t.Errorf("%s %s, want %s %s", d.Class, d.Cause, row.class, row.cause)
			}
			if v := VerdictOf([]Difference{d}); v != row.verdict {
				t.Errorf("verdict %s, want %s", v, row.verdict)
			}
		})
	}
}

func TestVerdictOf(t *testing.T) {
	clock := Difference{Path: "/t", Class: ClassVolatile, Cause: CauseClock}
	score := Difference{Path: "/s", Class: ClassViolation, Cause: CauseUnattributed}
	zone := Difference{Path: "/z", Class: ClassLatent, Cause: CauseTimezone}
	from := func(path string) Difference { return Difference{Path: "/d", Class: ClassDerived, DerivedFrom: path} }
	for _, test := range []struct {
		name string
		ds   []Difference
		want Verdict
	}{
		{"none", nil, VerdictMatch},
		{"volatile", []Difference{clock}, VerdictLeak},
		{"latent", []Difference{zone, clock}, VerdictLeak},
		{"one violation", []Difference{clock, score, zone}, VerdictViolation},
		{"derived from a reading", []Difference{from("/t"), clock}, VerdictLeak},
		{"derived from a violation", []Difference{score, from("/s")}, VerdictViolation},
		{"derived from the reading beside a violation", []Difference{clock, score, from("/t")}, VerdictViolation},
		{"derived from nothing known", []Difference{clock, from("/x")}, VerdictViolation},
		{"not classified", []Difference{{Path: "/n"}}, VerdictViolation},
		{"derived from a path that is both", []Difference{clock, {Path: "/t", Class: ClassViolation}, from("/t")}, VerdictViolation},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := VerdictOf(test.ds); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
