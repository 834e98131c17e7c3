package replay

import "testing"

// An object's key that looks like a number is no place in an array: a renamed key is not an order.
func TestRenamedKeysAreNoOrder(t *testing.T) {
	want, got := []byte(`{"m":{"1795397545608":1}}`), []byte(`{"m":{"1795397585608":1}}`)
	r, err := Compare(want, got, JSON, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ds := Classify(r.Differences, Evidence{WantDoc: want, GotDoc: got, Format: JSON})
	if len(ds) != 2 {
		t.Fatalf("%d differences, want one removed and one added: %+v", len(ds), ds)
	}
	for _, d := range ds {
		if d.Cause == CauseOrder {
			t.Errorf("%s %s: called an order: %s", d.Path, d.Kind, d.Why)
		}
	}
}
