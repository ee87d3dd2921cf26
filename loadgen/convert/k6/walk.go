package k6

import (
	"reflect"
	"slices"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// walk calls visit for n and all nodes within it; visit says whether to go on into one.
func walk(n ast.Node, visit func(ast.Node) bool) {
	if n == nil || reflect.ValueOf(n).Kind() == reflect.Pointer && reflect.ValueOf(n).IsNil() {
		return
	}
	if !visit(n) {
		return
	}
	walkFields(reflect.ValueOf(n), visit)
}

func walkFields(v reflect.Value, visit func(ast.Node) bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walkValue(v.Elem(), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "DeclarationList" && f.Name != "File" {
				walkValue(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	}
}

// walkValue visits a field that is a node, or goes on into one that holds nodes.
func walkValue(v reflect.Value, visit func(ast.Node) bool) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walkValue(v.Elem(), visit)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(ast.Node); ok {
			walk(n, visit)
			return
		}
		walkFields(v, visit)
	case reflect.Struct, reflect.Slice:
		walkFields(v, visit)
	}
}

// assigned are the names that n gives another value, other than by a declaration.
func assigned(n ast.Node) []string {
	var all []string
	add := func(e ast.Expression) {
		for _, id := range boundNames(e) {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignExpression:
			add(n.Left)
		case *ast.UnaryExpression:
			if n.Operator == token.INCREMENT || n.Operator == token.DECREMENT {
				add(n.Operand)
			}
		}
		return true
	})
	return all
}
