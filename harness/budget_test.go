package harness

import "testing"

func TestBudget(t *testing.T) {
	for text, want := range map[string]string{
		"500":        "500,10m0s",
		"5m":         "240,5m0s",
		"500,5m":     "500,5m0s",
		" 5m , 500 ": "500,5m0s",
		"":           "",
		"0":          "",
		"1":          "",
		"2":          "2,10m0s",
		"-3":         "",
		"-5m":        "",
		"5":          "5,10m0s",
		"5,6":        "",
		"5m,6m":      "",
		"100001":     "",
		"many":       "",
		"5m,":        "",
	} {
		var b Budget
		err := b.UnmarshalText([]byte(text))
		switch {
		case want == "" && err == nil:
			t.Errorf("%q: got %s, want an error", text, b)
		case want == "":
		case err != nil || b.Defaults().String() != want:
			t.Errorf("%q: got %s, %v; want %s", text, b.Defaults(), err, want)
		}
	}
}
