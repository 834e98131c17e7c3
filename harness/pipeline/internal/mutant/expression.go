package mutant

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

// walk finds the mutants below n, whose function has the type in.
func (s *source) walk(n ast.Node, in *ast.FuncType) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.walk(n.Body, n.Type)
			return false
		case *ast.BinaryExpr:
			s.operator(n)
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				s.replace(Negate, n.Pos(), n.X.Pos(), "")
			}
		case *ast.BasicLit:
			s.number(n)
		case *ast.Ident:
			s.bare(n)
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok {
				if other, ok := s.next[pkg.Name+"."+n.Sel.Name]; ok {
					s.replace(Constant, n.Pos(), n.End(), other)
					return false
				}
			}
			s.walk(n.X, in) // the selected name is no constant
			return false
		case *ast.CompositeLit:
			s.elements(n)
			s.values(n, in)
			return false
		case *ast.ReturnStmt:
			s.nilError(n, in)
		case *ast.BlockStmt:
			s.statements(n.List)
		case *ast.CaseClause:
			s.statements(n.Body)
		case *ast.CommClause:
			s.statements(n.Body)
		case *ast.SwitchStmt:
			s.cases(n.Body)
		}
		return true
	})
}

// values walks a composite literal's values; a struct's keys are names of fields.
func (s *source) values(n *ast.CompositeLit, in *ast.FuncType) {
	for _, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			e = kv.Value
		}
		s.walk(e, in)
	}
}

var turned = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
}

var shifted = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
}

var swapped = map[token.Token]token.Token{token.LAND: token.LOR, token.LOR: token.LAND}

var reckoned = map[token.Token]token.Token{
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL,
	token.INC: token.DEC, token.DEC: token.INC, token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
}

func (s *source) operator(n *ast.BinaryExpr) {
	for _, k := range []struct {
		kind Kind
		to   map[token.Token]token.Token
	}{{Negate, turned}, {Boundary, shifted}, {Logic, swapped}, {Arithmetic, reckoned}} {
		to, ok := k.to[n.Op]
		if ok && !(n.Op == token.ADD && (isText(n.X) || isText(n.Y))) {
			s.replace(k.kind, n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), to.String())
		}
	}
}

// isText tells a concatenation, as far as the syntax shows it; the others don't compile.
func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return isText(e.X) || isText(e.Y)
	}
	return false
}

func (s *source) number(n *ast.BasicLit) {
	if n.Kind != token.INT {
		return
	}
	v, err := strconv.ParseInt(n.Value, 0, 64)
	if err != nil {
		return
	}
	form := "%d"
	if len(n.Value) > 2 && n.Value[:2] == "0o" {
		form = "%O"
	}
	s.replace(Boundary, n.Pos(), n.End(), fmt.Sprintf(form, v+1))
	if v > 0 {
		s.replace(Boundary, n.Pos(), n.End(), fmt.Sprintf(form, v-1))
	}
}

// bare is a name without a package's before it.
func (s *source) bare(n *ast.Ident) {
	here := s.file.Name.Name + "."
	switch other, ok := s.next[here+n.Name]; {
	case ok:
		s.replace(Constant, n.Pos(), n.End(), other[len(here):])
	case n.Name == "true":
		s.replace(Boolean, n.Pos(), n.End(), "false")
	case n.Name == "false":
		s.replace(Boolean, n.Pos(), n.End(), "true")
	}
}

func (s *source) nilError(n *ast.ReturnStmt, in *ast.FuncType) {
	if in == nil || in.Results == nil || len(n.Results) == 0 {
		return
	}
	result, ok := in.Results.List[len(in.Results.List)-1].Type.(*ast.Ident)
	if !ok || result.Name != "error" || len(n.Results) != in.Results.NumFields() {
		return
	}
	last := n.Results[len(n.Results)-1]
	if name, ok := last.(*ast.Ident); ok && name.Name == "nil" {
		return
	}
	s.replace(NilError, last.Pos(), last.End(), "nil")
}
