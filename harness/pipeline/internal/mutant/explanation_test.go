package mutant_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/internal/mutant"
)

func TestExplain(t *testing.T) {
	all, err := mutant.Generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	survivor, killed, other := all[0], all[100], all[200]
	text := "# Mutants\n\nWhat this is.\n\n" + survivor.Block() + "\nequivalent: nothing\nreads it.\n\n" + killed.Block() + "\nleft: no test.\n" +
		"\n### gone.go f: drop\n\n```diff\n-f()\n```\n\nequivalent: it did nothing.\n\n## More\n\nfor people\n"
	explanations, err := mutant.ParseExplanations("mutants.md", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("equivalent: nothing reads it.", explanations[0].Why); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	unexplained, idle := mutant.Explain(all, []mutant.Result{
		{Mutant: survivor, Verdict: mutant.Survived}, {Mutant: killed, Verdict: mutant.Caught}, {Mutant: other, Verdict: mutant.Survived},
	}, explanations)
	if len(unexplained) != 1 || unexplained[0].ID() != other.ID() {
		t.Errorf("unexplained: want %s alone, got %v", other.ID(), unexplained)
	}
	if len(idle) != 2 || idle[0].Block != killed.Block() || idle[1].Why != "equivalent: it did nothing." {
		t.Errorf("idle: want those of what was caught and of what is gone, got %v", idle)
	}
}

func TestExplanationsThatAreNone(t *testing.T) {
	for _, text := range []string{
		"### x.go f: drop\n\n```diff\n-f()\n```\n",
		"### x.go f: drop\n\n```diff\n-f()\n```\n\nnobody needs it\n",
		"### x.go f: drop\n\n```diff\n-f()\n```\n\nleft: \n",
	} {
		_, err := mutant.ParseExplanations("mutants.md", "# Mutants\n\n"+text)
		want := `mutants.md:3: want a paragraph after the block that begins with "equivalent: " or "left: ", and says why`
		if err == nil || err.Error() != want {
			t.Errorf("%q: want %s, got %v", text, want, err)
		}
	}
}
