package mutant

import (
	"go/ast"
	"go/token"
)

// statements leaves out, one at a time, those that the others compile without.
func (s *source) statements(list []ast.Stmt) {
	for _, st := range list {
		switch st := st.(type) {
		case *ast.ExprStmt:
			if _, ok := st.X.(*ast.CallExpr); ok {
				s.drop(Drop, st)
			}
		case *ast.DeferStmt, *ast.SendStmt:
			s.drop(Drop, st)
		case *ast.BranchStmt:
			if st.Label == nil && st.Tok != token.FALLTHROUGH {
				s.drop(Drop, st)
			}
		case *ast.AssignStmt:
			if st.Tok != token.DEFINE && !allBlank(st.Lhs) {
				s.drop(Drop, st)
			}
			if to, ok := reckoned[st.Tok]; ok {
				s.replace(Arithmetic, st.TokPos, st.TokPos+2, to.String())
			}
		case *ast.IncDecStmt:
			s.drop(Drop, st)
			s.replace(Arithmetic, st.TokPos, st.TokPos+2, reckoned[st.Tok].String())
		case *ast.IfStmt:
			s.condition(st)
		}
	}
}

func (s *source) drop(kind Kind, n ast.Node) { s.replace(kind, n.Pos(), n.End(), "") }

func allBlank(names []ast.Expr) bool {
	for _, e := range names {
		if name, ok := e.(*ast.Ident); !ok || name.Name != "_" {
			return false
		}
	}
	return true
}

// condition leaves out an if without an else: with its call, where that is only looked at for an
// error, or where it only leaves.
func (s *source) condition(n *ast.IfStmt) {
	if n.Else != nil || len(n.Body.List) == 0 {
		return
	}
	kind := Guard
	if init, ok := n.Init.(*ast.AssignStmt); ok && isErrorCheck(n.Cond) {
		if _, ok := init.Rhs[0].(*ast.CallExpr); ok {
			kind = Drop
		}
	}
	switch n.Body.List[len(n.Body.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		s.drop(kind, n)
	default:
		if kind == Drop {
			s.drop(kind, n)
		}
	}
}

func isErrorCheck(e ast.Expr) bool {
	b, ok := e.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ {
		return false
	}
	x, isName := b.X.(*ast.Ident)
	y, isNil := b.Y.(*ast.Ident)
	return isName && isNil && x.Name == "err" && y.Name == "nil"
}

func (s *source) cases(body *ast.BlockStmt) {
	for _, st := range body.List {
		if len(body.List) > 1 {
			s.drop(Case, st)
		}
	}
}

// elements leaves out one of a list, a map or a struct's named fields. The transition table's rows
// are told apart.
func (s *source) elements(n *ast.CompositeLit) {
	_, list := n.Type.(*ast.ArrayType)
	for i, e := range n.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); !keyed && !list {
			continue // a struct needs all that stand in it without names
		}
		kind := Element
		if of, ok := n.Type.(*ast.ArrayType); ok && s.of(of.Elt) == "Row" {
			kind = Row
		}
		switch {
		case i+1 < len(n.Elts):
			s.replace(kind, e.Pos(), n.Elts[i+1].Pos(), "")
		case i > 0:
			s.replace(kind, n.Elts[i-1].End(), e.End(), "")
		default:
			s.replace(kind, e.Pos(), n.Rbrace, "")
		}
	}
}
