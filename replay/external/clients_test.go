package external

import "testing"

// TestClientsAreShown: nothing is called covered that no test runs.
func TestClientsAreShown(t *testing.T) {
	shown := map[string]bool{
		"git over https":               true, // TestGit
		"Go workflow (Run.HTTPClient)": true, // TestTransport
		"Perl HTTP::Tiny over http":    true, // in programs, plain
	}
	for _, p := range programs {
		shown[p.client] = true
	}
	for _, c := range Clients() {
		if c.Covered && !shown[c.Name] {
			t.Errorf("%s is called covered, and no test shows it", c.Name)
		}
		if c.Covered != (c.Since != "") || c.How == "" {
			t.Errorf("%s: want a version where it is covered only, and always how or why not: %+v", c.Name, c)
		}
		delete(shown, c.Name)
	}
	delete(shown, "Perl HTTP::Tiny") // its two rows say over what
	for name := range shown {
		t.Errorf("%s is shown by a test, and not in the table", name)
	}
}
