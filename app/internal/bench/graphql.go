package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
)

// The lines that are compared: what REST answers, the same by GraphQL, what a client asks for
// that needs four members of it, and all of it by an operation that has never been asked before.
const (
	byREST        = "GET /users/me beside GraphQL"
	byGraphQL     = "users_me by GraphQL, all that REST shows"
	byGraphQLFour = "users_me by GraphQL, four fields"
	byGraphQLNew  = "users_me by GraphQL, all that REST shows, another operation each time"
)

// allFields are those that GET /users/me shows.
const allFields = "id first_name last_name email password language tfa_secret status role { id } token last_access provider " +
	"external_identifier auth_data location title description tags avatar { id } last_page email_notifications appearance " +
	"theme_dark theme_light theme_dark_overrides theme_light_overrides text_direction"

// rounds is how often each line is measured. The median by processor time is told: a machine
// that does other work is seldom as busy for one line as for the next.
const rounds = 7

// measureGraphQL asks one and the same process for one's own account by either transport, in
// turn and again, so that whatever else the machine does slows both.
func (w *world) measureGraphQL(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		connections, got, err := w.logIn(p, some, 0)
		if err != nil {
			return err
		}
		closeAll(connections)
		var taken report
		var asked atomic.Int64
		for range rounds {
			if err := errors.Join(
				w.readWith(ctx, &taken, p, byREST, []int{some}, func(c *connection, i int) { c.getAs("/users/me", got[i].Access) }),
				w.readWith(ctx, &taken, p, byGraphQL, []int{some}, func(c *connection, i int) { c.askAs("{ users_me { "+allFields+" } }", got[i].Access) }),
				w.readWith(ctx, &taken, p, byGraphQLFour, []int{some}, func(c *connection, i int) {
					c.askAs("{ users_me { id email first_name last_name } }", got[i].Access)
				}),
				w.requestWith(ctx, &taken, p, byGraphQLNew, some, func(c *connection, i int) {
					c.askAs("query Q"+strconv.FormatInt(asked.Add(1), 10)+" { users_me { "+allFields+" } }", got[i].Access)
				}),
			); err != nil {
				return err
			}
		}
		for _, what := range []string{byREST, byGraphQL, byGraphQLFour, byGraphQLNew} {
			r.lines = append(r.lines, taken.medianByCPU(what))
		}
		return nil
	})
}

// medianByCPU returns the measurement of that name in the middle.
func (r report) medianByCPU(what string) measurement {
	var all []measurement
	for _, m := range r.lines {
		if m.what == what {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b measurement) int { return cmp.Compare(a.cpu, b.cpu) })
	return all[len(all)/2]
}

// askAs prepares a GraphQL query.
func (c *connection) askAs(query, token string) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		panic(err) // of two strings: cannot be
	}
	c.post("/graphql/system", body)
	c.request.Header.Set("Authorization", "Bearer "+token)
}
