package graphql

import (
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/graph-gophers/graphql-go"
	gqlerrors "github.com/graph-gophers/graphql-go/errors"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// ServeHTTP answers at /graphql and /graphql/system, by POST, and by GET and HEAD for queries.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := h.begin(w, r)
	defer func() {
		if thrown := recover(); thrown != nil {
			x.refuse(domain.NewError(domain.Internal, &panicError{thrown, debug.Stack()}))
		}
	}()
	if err := x.serve(); err != nil {
		x.refuse(err)
	}
}

// serve is the order in which a request meets its checks: where it goes, who sends it, what it
// asks for, and only then the fields, one by one. An error that it returns is the whole answer.
func (x *exchange) serve() error {
	if err := x.route(); err != nil {
		return err
	}
	if err := x.readParameters(); err != nil {
		return err
	}
	if err := x.authenticate(); err != nil {
		return err
	}
	asked, err := x.decode()
	if err != nil {
		return err
	}
	p, err := x.handler.prepare(asked)
	if err != nil {
		return err
	}
	x.roots = p.roots
	if err := x.allow(p.operation.Type); err != nil {
		return err
	}
	if err := x.authenticateByCookie(); err != nil {
		return err
	}
	response, err := x.execute(p, asked.variables)
	if err != nil {
		return err
	}
	if err := x.answer(response); err != nil {
		return err
	}
	if !x.caller.Anonymous() {
		x.handler.remember(asked, p)
	}
	return nil
}

// execute executes an operation that has been admitted, if it is valid. The values of one that
// the library executes have to be those of their types; one with a plan holds none.
func (x *exchange) execute(p *prepared, values map[string]any) (*graphql.Response, error) {
	if err := x.request.Context().Err(); err != nil {
		return nil, domain.NewError(domain.ServiceUnavailable, err)
	}
	if p.plan != nil && p.isKnown {
		return x.follow(p.plan), nil
	}
	variables, err := x.handler.coerce(p.operation.Variables, values)
	if err != nil {
		return nil, err
	}
	if err := x.handler.checkValues(p, variables); err != nil {
		return nil, err
	}
	if err := allowChanges(p.roots, p.operation.Variables, variables); err != nil {
		return nil, err
	}
	if wrong := x.rewrite(p, variables); len(wrong) > 0 {
		return &graphql.Response{Errors: wrong}, nil
	}
	if p.plan == nil {
		return x.handler.schema.Exec(x.context(), x.rewritten.Text, "", variables), nil
	}
	if wrong := x.handler.schema.Validate(x.rewritten.Text); len(wrong) > 0 {
		return &graphql.Response{Errors: wrong}, nil
	}
	return x.follow(p.plan), nil
}

// rewrite writes what the library executes. What it leaves out is of no matter to whether the
// operation is valid, so that whether it is does not depend on the variables that were sent.
func (x *exchange) rewrite(p *prepared, variables map[string]any) []*gqlerrors.QueryError {
	given := func(name string) bool { _, ok := variables[name]; return ok }
	rewritten := p.document.Rewrite(p.operation, given)
	if rewritten.LeavesOut && !p.isKnown {
		x.rewritten = p.document.Rewrite(p.operation, nil)
		if wrong := x.handler.schema.ValidateWithVariables(x.rewritten.Text, variables); len(wrong) > 0 {
			return wrong
		}
	}
	x.rewritten = rewritten
	return nil
}

// route refuses paths that are none of ours, and methods that GraphQL is not asked by.
func (x *exchange) route() error {
	switch strings.TrimSuffix(x.request.URL.EscapedPath(), "/") {
	case "/graphql", "/graphql/system":
	default:
		e := domain.NewError(domain.RouteNotFound, nil)
		e.Message = "Route " + x.request.URL.EscapedPath() + " doesn't exist."
		return e
	}
	switch x.request.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return nil
	}
	x.header().Set("Allow", "GET, HEAD, POST")
	return domain.NewError(domain.MethodNotAllowed, nil)
}

// allow refuses operations of a kind, or with fields, that nobody may ask for like this.
func (x *exchange) allow(kind string) error {
	switch {
	case kind == "subscription":
		return invalid(&document.Error{Message: "There are no subscriptions."})
	case kind == "mutation" && x.request.Method != http.MethodPost:
		x.header().Set("Allow", "POST")
		e := domain.NewError(domain.MethodNotAllowed, nil)
		e.Reason = "a mutation is sent by POST"
		return e
	}
	if x.handler.config.NoIntrospection && slices.ContainsFunc(x.roots, func(root document.Root) bool { return root.Field == "__schema" || root.Field == "__type" }) {
		return invalid(&document.Error{Message: "The schema is not shown here."})
	}
	uses := 0
	for _, root := range x.roots {
		if slices.Contains(x.handler.config.SingleUse, root.Field) {
			uses++
		}
	}
	if uses > 1 {
		return invalid(&document.Error{Message: "An operation holds no more than one of " + strings.Join(x.handler.config.SingleUse, ", ") + "."})
	}
	return nil
}
