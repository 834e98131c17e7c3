package mutant_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/internal/mutant"
)

// mutants are those of one file, each as its kind and the line that it makes.
func mutants(t *testing.T, name, text string) (made []string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	all, err := mutant.Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		var added []string
		for line := range strings.Lines(m.Block()) {
			if after, ok := strings.CutPrefix(line, "+"); ok && !strings.HasPrefix(line, "### ") {
				added = append(added, strings.TrimSpace(after))
			}
		}
		made = append(made, string(m.Kind)+"  "+strings.Join(added, " "))
	}
	return made
}

// TestKinds shows all mutants of a function's body.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"an equality is turned round", "return a == b", []string{"negate  return a != b"}},
		{"an order is also shifted", "return a < b", []string{"boundary  return a <= b", "negate  return a >= b"}},
		{"logic", "return p && q", []string{"logic  return p || q"}},
		{"a negation", "return !p", []string{"negate  return p"}},
		{"arithmetic, but no concatenation", `return f(a+b, "x"+c)`, []string{`arithmetic  return f(a-b, "x"+c)`}},
		{"numbers", "return 0o600", []string{"boundary  return 0o601", "boundary  return 0o577"}},
		{"nothing is below zero", "return 0", []string{"boundary  return 1"}},
		{"a boolean", "return true", []string{"boolean  return false"}},
		{"an error", "return a, fail()", []string{"nil-error  return a, nil"}},
		{"no error", "return a, nil", nil},
		{"a call", "defer f()", []string{"drop  "}},
		{"a call that is looked at for an error", "if err := f(); err != nil { return a, nil }", []string{"drop  ", "negate  if err := f(); err == nil { return a, nil }"}},
		{"an assignment, but no definition", "x := a\ns.x = x", []string{"drop  "}},
		{"a count", "n++", []string{"drop  ", "arithmetic  n--"}},
		{"a guard", "if p { return a, nil }", []string{"guard  "}},
		{"no guard", "if p { x := a }", nil},
		{"a case", "switch {\ncase p:\ncase q:\n}", []string{"case  ", "case  "}},
		{"a list", "return []int{a, b}", []string{"element  return []int{b}", "element  return []int{a}"}},
		{"a struct's fields, if they are named", "v, w := T{x: a}, U{b}", []string{"element  v, w := T{}, U{b}"}},
		{"a constant", "return Red", []string{"constant  return Green"}},
		{"no constant, but a field", "return s.Red", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := mutants(t, "store/x.go", "package store\n\nconst Red Colour = \"r\"\nconst Green Colour = \"g\"\n\nfunc f() (int, error) {\n"+c.body+"\n}\n")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTableMutants shows all mutants of a transition table with one row.
func TestTableMutants(t *testing.T) {
	got := mutants(t, "project/table.go", `package project

var live, plain = []Status{a, b}, []File{log, state}

var Table = []Row{
	{created, live, []StageStatus{c}, "", "", []Effect{e}, plain, false, "begins"},
}
`)
	row := func(cells string) string { return "{created, " + cells + `, false, "begins"},` }
	want := []string{
		"element  var live, plain = []Status{b}, []File{log, state}",
		"element  var live, plain = []Status{a}, []File{log, state}",
		"element  var live, plain = []Status{a, b}, []File{state}",
		"element  var live, plain = []Status{a, b}, []File{log}",
		"row  }",
		"cell  " + row(`[]Status{b}, []StageStatus{c}, "", "", []Effect{e}, plain`),
		"cell  " + row(`[]Status{a}, []StageStatus{c}, "", "", []Effect{e}, plain`),
		"element  " + row(`live, []StageStatus{}, "", "", []Effect{e}, plain`),
		"cell  " + row(`live, []StageStatus{c}, Failed, "", []Effect{e}, plain`),
		"cell  " + row(`live, []StageStatus{c}, "", StageFailed, []Effect{e}, plain`),
		"element  " + row(`live, []StageStatus{c}, "", "", []Effect{}, plain`),
		"cell  " + row(`live, []StageStatus{c}, "", "", []Effect{e}, []File{state}`),
		"cell  " + row(`live, []StageStatus{c}, "", "", []Effect{e}, []File{log}`),
		"boolean  " + strings.Replace(row(`live, []StageStatus{c}, "", "", []Effect{e}, plain`), "false", "true", 1),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMutantsOfThePipeline holds that they come in the same order with the same names, and that every explanation is of
// one that there is: who changes an explained line looks at it again.
func TestMutantsOfThePipeline(t *testing.T) {
	var ids [2][]string
	var all []mutant.Mutant
	for i := range ids {
		var err error
		if all, err = mutant.Generate("../.."); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range all {
			if seen[m.ID()] {
				t.Errorf("two mutants are called %s", m.ID())
			}
			seen[m.ID()] = true
			ids[i] = append(ids[i], m.ID())
		}
	}
	if diff := cmp.Diff(ids[0], ids[1]); diff != "" {
		t.Errorf("two lists of the same sources differ (-one +other)\n%s", diff)
	}
	_, idle := mutant.Explain(all, nil, explained(t))
	for _, e := range idle {
		t.Errorf("testdata/mutants.md:%d explains a mutant that there is not: strike it out, or say why of the changed line\n%s", e.Line, e.Block)
	}
}

func TestSample(t *testing.T) {
	all, err := mutant.Generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	ids := func(which string, seed uint64) (ids []string) {
		t.Helper()
		picked, err := mutant.Sample(all, which, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range picked {
			ids = append(ids, m.ID())
		}
		return ids
	}
	if diff := cmp.Diff(ids("all", 1)[:5], ids("5", 1)); diff != "" {
		t.Errorf("a number is not the beginning of all (-want +got)\n%s", diff)
	}
	if cmp.Equal(ids("5", 1), ids("5", 2)) {
		t.Error("two seeds pick the same")
	}
	both := []string{all[3].ID(), all[1].ID()}
	if diff := cmp.Diff(both, ids(strings.Join(both, ","), 1)); diff != "" {
		t.Errorf("named ones (-want +got)\n%s", diff)
	}
	for _, which := range []string{"0", "-1", "some", "commit.go:1:drop:1"} {
		if _, err := mutant.Sample(all, which, 1); err == nil {
			t.Errorf("%s: want an error", which)
		}
	}
}
