package mutant

import (
	"go/ast"
	"go/token"
	"strings"
)

// The columns of the transition table, as project.Row has them.
const (
	fromColumn    = 1
	stageColumn   = 2
	toColumn      = 3
	toStageColumn = 4
	writesColumn  = 6
)

// table makes the mutants of single cells that a walk of the rows doesn't: lists that have a name
// and serve many rows are shortened for one of them, and a target that is kept becomes one.
func (s *source) table(v *ast.ValueSpec) {
	lists := s.lists()
	for _, r := range v.Values[0].(*ast.CompositeLit).Elts {
		row, ok := r.(*ast.CompositeLit)
		if !ok {
			continue
		}
		for i, cell := range row.Elts {
			name, named := cell.(*ast.Ident)
			switch {
			case named && (i == fromColumn || i == stageColumn || i == writesColumn):
				s.shorten(name, lists)
			case s.of(cell) == `""` && i == toColumn:
				s.replace(Cell, cell.Pos(), cell.End(), "Failed")
			case s.of(cell) == `""` && i == toStageColumn:
				s.replace(Cell, cell.Pos(), cell.End(), "StageFailed")
			}
		}
	}
}

// lists are the file's variables whose value is a list.
func (s *source) lists() map[string]*ast.CompositeLit {
	of := map[string]*ast.CompositeLit{}
	for _, d := range s.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, value := range v.Values {
				if list, ok := value.(*ast.CompositeLit); ok {
					of[v.Names[i].Name] = list
				}
			}
		}
	}
	return of
}

func (s *source) shorten(name *ast.Ident, lists map[string]*ast.CompositeLit) {
	if name.Name == "anyStage" { // it is named after the list of another file
		s.replace(Cell, name.Pos(), name.End(), name.Name+"[1:]")
		s.replace(Cell, name.Pos(), name.End(), name.Name+"[:len("+name.Name+")-1]")
		return
	}
	list, ok := lists[name.Name]
	if !ok {
		return
	}
	for i := range list.Elts {
		var kept []string
		for j, e := range list.Elts {
			if j != i {
				kept = append(kept, s.of(e))
			}
		}
		s.replace(Cell, name.Pos(), name.End(), s.of(list.Type)+"{"+strings.Join(kept, ", ")+"}")
	}
}
