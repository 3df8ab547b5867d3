package graphql

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"

	"github.com/graph-gophers/graphql-go"
	gqlerrors "github.com/graph-gophers/graphql-go/errors"
)

// follow executes a plan, with the answer that the library would give.
func (x *exchange) follow(p *plan) *graphql.Response {
	ctx := x.context()
	response := &graphql.Response{}
	out := append(make([]byte, 0, 1<<10), '{')
	for i, root := range p.roots {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, root.key), ':')
		text, failure := x.resolve(ctx, root, out)
		if failure != nil {
			failure.Path = []any{root.key}
			response.Errors = append(response.Errors, failure)
			text = append(out, "null"...)
		}
		out = text
	}
	response.Data = append(out, '}')
	return response
}

// resolve adds what a field resolves to, or says why it has failed.
func (x *exchange) resolve(ctx context.Context, root plannedRoot, out []byte) (text []byte, failure *gqlerrors.QueryError) {
	defer func() {
		if thrown := recover(); thrown != nil {
			panicLog{}.LogPanic(ctx, thrown)
			failure = panics{}.MakePanicError(ctx, thrown)
		}
	}()
	shown, err := root.resolve(&resolver{x.handler}, ctx)
	if err != nil {
		failed, _ := errors.AsType[fieldError](err)
		return nil, &gqlerrors.QueryError{Message: failed.Message, Extensions: failed.Extensions()}
	}
	return appendRecord(out, shown, root.record), nil
}

// appendRecord writes a record that shown points to, or null.
func appendRecord(out []byte, shown reflect.Value, members []member) []byte {
	if shown.IsNil() {
		return append(out, "null"...)
	}
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, m.label...)
		switch {
		case m.text != "":
			out = append(out, m.text...)
		case m.record != nil:
			out = appendRecord(out, shown.Elem().Field(m.index), m.record)
		default:
			out = appendScalar(out, shown.Elem().Field(m.index))
		}
	}
	return append(out, '}')
}

// appendScalar writes a field of a record.
func appendScalar(out []byte, field reflect.Value) []byte {
	if field.Kind() == reflect.Pointer && field.IsNil() {
		return append(out, "null"...)
	}
	switch v := field.Addr().Interface().(type) {
	case *graphql.ID:
		return appendText(out, string(*v))
	case **string:
		return appendText(out, **v)
	case **date:
		return appendText(out, string(**v))
	}
	return appendJSON(out, field.Interface())
}

// appendText writes a string. Most hold nothing that has to be escaped.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendJSON(out, text)
		}
	}
	return append(append(append(out, '"'), text...), '"')
}

func appendJSON(out []byte, value any) []byte {
	text, err := json.Marshal(value)
	if err != nil { // of JSON that has been read before: cannot be
		text = []byte("null")
	}
	return append(out, text...)
}
