package graphql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"
	gqlerrors "github.com/graph-gophers/graphql-go/errors"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// Validation is the code of a document that cannot be executed. No other transport has it.
const Validation domain.Code = "GRAPHQL_VALIDATION"

// location is a place in a document, from 1 on.
type location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// detail is one thing that is wrong with a document.
type detail struct {
	Message   string     `json:"message"`
	Locations []location `json:"locations,omitempty"`
}

// The most that an answer tells of what is wrong with a document, which may be wrong in very
// many places.
const (
	mostDetails   = 10
	mostLocations = 2   // of each detail
	mostMessage   = 200 // bytes
)

// validationError is a document that is refused whole, before any field of it is resolved.
type validationError struct{ details []detail }

func (e *validationError) Error() string { return string(Validation) }

func invalid(e *document.Error) error {
	d := detail{Message: e.Message}
	if e.Line > 0 {
		d.Locations = []location{{e.Line, e.Column}}
	}
	return &validationError{[]detail{d}}
}

// entry is a failure of a field.
type entry struct {
	Message    string         `json:"message"`
	Locations  []location     `json:"locations,omitempty"`
	Path       []any          `json:"path,omitempty"`
	Extensions map[string]any `json:"extensions"`
}

// answer writes what came of the fields, and returns an error where none was executed. Of what
// was executed every failure is one of a field, whatever it is: what has had an effect is never
// told to have had none.
func (x *exchange) answer(response *graphql.Response) error {
	var failures []entry
	var wrong []detail
	for _, e := range response.Errors {
		_, isOurs := e.Extensions["code"]
		switch {
		case isOurs:
			failures = append(failures, entry{Message: e.Message, Locations: x.locate(e.Path), Path: e.Path, Extensions: e.Extensions})
		case response.Data != nil: // the library fails at what checkValues and itself let pass: cannot be
			shown, _ := errors.AsType[fieldError](x.failed(errors.New("the library cannot execute what it found valid"))) // its own words hold values
			failures = append(failures, entry{Message: shown.Message, Locations: x.locate(e.Path), Path: e.Path, Extensions: shown.Entry.Extensions})
		case len(wrong) < mostDetails:
			wrong = append(wrong, x.shown(e))
		}
	}
	if len(wrong) > 0 {
		return &validationError{wrong}
	}
	if x.retryAfter > 0 {
		x.header().Set("Retry-After", strconv.Itoa(httpedge.RetryAfter(x.retryAfter)))
	}
	slices.SortStableFunc(failures, func(a, b entry) int { return x.position(a.Path) - x.position(b.Path) })
	if len(failures) == 0 {
		x.send(http.StatusOK, slices.Concat([]byte(`{"data":`), response.Data, []byte(`}`)))
		return nil
	}
	x.write(http.StatusOK, struct {
		Data   json.RawMessage `json:"data"`
		Errors []entry         `json:"errors"`
	}{response.Data, failures})
	return nil
}

// position returns which of the roots a path begins with, and -1 for none.
func (x *exchange) position(path []any) int {
	return slices.IndexFunc(x.roots, func(r document.Root) bool { return len(path) > 0 && path[0] == r.Key })
}

// locate returns where the field stands in the document that a path begins with.
func (x *exchange) locate(path []any) []location {
	if i := x.position(path); i >= 0 {
		return []location{{x.roots[i].Line, x.roots[i].Column}}
	}
	return nil
}

// shown says what is wrong with a document without the values that it holds, which may be
// passwords, and, where the schema is not shown, without guesses at what else there is.
func (x *exchange) shown(e *gqlerrors.QueryError) detail {
	d := detail{Message: e.Message}
	for _, l := range e.Locations[:min(len(e.Locations), mostLocations)] {
		if line, column := x.rewritten.Place(l.Line); line > 0 {
			d.Locations = append(d.Locations, location{line, column})
		}
	}
	switch {
	case e.Rule == "ValuesOfCorrectTypeRule", e.Rule == "VariablesOfCorrectType", e.Rule == "DefaultValuesOfCorrectType":
		d.Message = x.handler.withoutValue(e.Message)
	case e.Rule == "":
		d.Message = "The operation cannot be executed."
	}
	if before, _, found := strings.Cut(d.Message, " Did you mean"); found && x.handler.config.NoIntrospection {
		d.Message = before
	}
	if len(d.Message) > mostMessage { // it holds names, which may be long
		d.Message = strings.ToValidUTF8(d.Message[:mostMessage], "") + "…"
	}
	return d
}

// withoutValue cuts the value out of what the library says is wrong with it. Of what is no value
// of an enumeration it says instead which there are.
func (h *Handler) withoutValue(message string) string {
	if rest, isNone := strings.CutPrefix(message, "Value "); isNone {
		_, name, _ := strings.Cut(rest, " in \"")
		name, _, _ = strings.Cut(name, "\"")
		enum, _ := h.schema.AST().Types[name].(*ast.EnumTypeDefinition)
		return "A value " + h.noneOf(enum) + "."
	}
	for _, end := range []string{" value: ", ", found "} {
		if before, _, found := strings.Cut(message, end); found {
			return before + strings.TrimSuffix(strings.TrimSuffix(end, ": "), ", found ") + "."
		}
	}
	return message
}

// refuse writes an answer that is nothing but a failure.
func (x *exchange) refuse(err error) {
	if v, ok := errors.AsType[*validationError](err); ok {
		httpedge.NoteFailure(x.request.Context(), &domain.Error{Code: Validation, Message: "GraphQL validation error."})
		x.write(http.StatusBadRequest, httpedge.Envelope{Errors: []httpedge.Entry{{
			Message: "GraphQL validation error.", Extensions: map[string]any{"code": Validation, "errors": v.details},
		}}})
		return
	}
	e := httpedge.AsFailure(err)
	x.handler.note(x.request.Context(), e)
	entry := httpedge.NewEntry(e, x.handler.config.Now())
	switch e.Code {
	case domain.RouteNotFound:
		entry.Extensions["path"] = x.request.URL.EscapedPath()
	case domain.MethodNotAllowed:
		entry.Extensions["allowed"] = strings.Split(x.header().Get("Allow"), ", ")
		entry.Extensions["current"] = x.request.Method
	}
	if e.RetryAfter > 0 {
		x.header().Set("Retry-After", strconv.Itoa(httpedge.RetryAfter(e.RetryAfter)))
	}
	x.write(httpedge.Status(e.Code.Info().Class), httpedge.Envelope{Errors: []httpedge.Entry{entry}})
}

// write sends an answer. Where nobody takes it any more there is nobody to tell.
func (x *exchange) write(status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // values that have been encoded before: cannot be
		status, text = http.StatusInternalServerError, []byte(`{"errors":[]}`)
	}
	x.send(status, text)
}

func (x *exchange) send(status int, text []byte) {
	x.header().Set("Content-Type", "application/json; charset=utf-8")
	x.writer.WriteHeader(status)
	_, _ = x.writer.Write(text)
}

// note writes down what the service itself has to answer for, and leaves the rest to the line
// of the request.
func (h *Handler) note(ctx context.Context, e *domain.Error) {
	httpedge.NoteFailure(ctx, e)
	if class := e.Code.Info().Class; class != domain.ClassInternal && class != domain.ClassUnavailable {
		return
	}
	level := slog.LevelError
	if errors.Is(e, port.ErrBusy) {
		level = slog.LevelWarn // turned away so that nothing breaks
	}
	attrs := []slog.Attr{slog.String("code", string(e.Code)), slog.Any("cause", e.Err)}
	if panicked, ok := errors.AsType[*panicError](e.Err); ok {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	h.config.Log.LogAttrs(ctx, level, "request failed", attrs...)
}

// fieldError is the failure of a field as the library wants it.
type fieldError struct{ httpedge.Entry }

func (e fieldError) Error() string              { return e.Message }
func (e fieldError) Extensions() map[string]any { return e.Entry.Extensions }

// failed makes the failure of a field of an error of auth.API.
func (x *exchange) failed(err error) error {
	e := httpedge.AsFailure(err)
	x.handler.note(x.request.Context(), e)
	x.mu.Lock()
	x.retryAfter = max(x.retryAfter, e.RetryAfter)
	x.mu.Unlock()
	return fieldError{httpedge.NewEntry(e, x.handler.config.Now())}
}

// panicError is what was thrown, for the log. It does not unwrap: it is no answer.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// panics answers a panic of a resolver without anything of it.
type panics struct{}

func (panics) MakePanicError(context.Context, any) *gqlerrors.QueryError {
	shown := httpedge.NewEntry(domain.NewError(domain.Internal, nil), time.Time{})
	return &gqlerrors.QueryError{Message: shown.Message, Extensions: shown.Extensions}
}

// panicLog writes a panic of a resolver down.
type panicLog struct{}

func (panicLog) LogPanic(ctx context.Context, value any) {
	failure := domain.NewError(domain.Internal, &panicError{value, debug.Stack()})
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		x.handler.note(x.request.Context(), failure)
	}
}
