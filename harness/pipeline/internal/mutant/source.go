package mutant

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Packages are the folders that are mutated, from harness/pipeline on.
var Packages = []string{".", "project", "store"}

// Generate lists all mutants of the sources in a folder that is laid out like harness/pipeline, in
// the order of files and lines.
func Generate(dir string) ([]Mutant, error) {
	fset := token.NewFileSet()
	var all []*source
	for _, p := range Packages {
		names, err := filepath.Glob(filepath.Join(dir, p, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			s, err := parse(fset, dir, name)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no Go files in it or in %s", dir, strings.Join(Packages[1:], ", "))
	}
	next := constants(all)
	var found []Mutant
	for _, s := range all {
		s.next = next
		found = append(found, s.mutants()...)
	}
	return found, nil
}

// source is one file, and the mutants found in it.
type source struct {
	fset     *token.FileSet
	name     string // from harness/pipeline on
	text     []byte
	file     *ast.File
	next     map[string]string // constant → the next of its type, both with their package's name
	function string
	found    []Mutant
}

func parse(fset *token.FileSet, dir, name string) (*source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	relative, err := filepath.Rel(dir, name)
	return &source{fset: fset, name: filepath.ToSlash(relative), text: text, file: file}, err
}

// constants pairs each constant that names its type with the next of that type, the last with the first.
func constants(all []*source) map[string]string {
	of := map[string][]string{}
	for _, s := range all {
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				t, ok := v.Type.(*ast.Ident)
				if !ok {
					continue
				}
				for _, name := range v.Names {
					of[s.file.Name.Name+"."+t.Name] = append(of[s.file.Name.Name+"."+t.Name], s.file.Name.Name+"."+name.Name)
				}
			}
		}
	}
	next := map[string]string{}
	for _, names := range of {
		for i, name := range names {
			if other := names[(i+1)%len(names)]; other != name {
				next[name] = other
			}
		}
	}
	return next
}

// mutants walks the file's declarations, functions and variables alike.
func (s *source) mutants() []Mutant {
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s.function = d.Name.Name
			if d.Recv != nil {
				s.function = s.of(d.Recv.List[0].Type) + "." + d.Name.Name
				s.function = strings.TrimPrefix(s.function, "*")
			}
			if d.Body != nil {
				s.walk(d.Body, d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok || d.Tok == token.CONST && v.Values == nil {
					continue
				}
				s.function = v.Names[0].Name
				if s.function == "Table" {
					s.table(v)
				}
				for _, value := range v.Values {
					s.walk(value, nil)
				}
			}
		}
	}
	return numbered(s.found)
}

// of is the source of a node.
func (s *source) of(n ast.Node) string { return string(s.text[s.at(n.Pos()):s.at(n.End())]) }

func (s *source) at(p token.Pos) int { return s.fset.Position(p).Offset }

// replace notes a mutant in which what is between two positions gives way.
func (s *source) replace(kind Kind, from, to token.Pos, with string) {
	m := Mutant{File: s.name, Line: s.fset.Position(from).Line, Kind: kind, Function: s.function, start: s.at(from), end: s.at(to), with: with}
	m.describe(s.text)
	s.found = append(s.found, m)
}

// numbered orders mutants by place, and counts those of one line and kind.
func numbered(found []Mutant) []Mutant {
	slices.SortStableFunc(found, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.Kind, b.Kind))
	})
	type place struct {
		line int
		kind Kind
	}
	counts := map[place]int{}
	for i, m := range found {
		p := place{m.Line, m.Kind}
		counts[p]++
		found[i].N = counts[p]
	}
	return found
}
