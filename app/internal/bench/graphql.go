package main

import (
	"context"
	"encoding/json"
	"errors"
)

// The lines that are compared: what REST answers, the same by GraphQL, and what a client asks
// for that needs four members of it.
const (
	byREST        = "GET /users/me beside GraphQL"
	byGraphQL     = "users_me by GraphQL, all that REST shows"
	byGraphQLFour = "users_me by GraphQL, four fields"
)

// allFields are those that GET /users/me shows.
const allFields = "id first_name last_name email password language tfa_secret status role { id } token last_access provider " +
	"external_identifier auth_data location title description tags avatar { id } last_page email_notifications appearance " +
	"theme_dark theme_light theme_dark_overrides theme_light_overrides text_direction"

// measureGraphQL asks one and the same process for one's own account by either transport, in
// turn, so that whatever else the machine does slows both.
func (w *world) measureGraphQL(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		connections, got, err := w.logIn(p, some, 0)
		if err != nil {
			return err
		}
		closeAll(connections)
		return errors.Join(
			w.readWith(ctx, r, p, byREST, []int{some}, func(c *connection, i int) { c.getAs("/users/me", got[i].Access) }),
			w.readWith(ctx, r, p, byGraphQL, []int{some}, func(c *connection, i int) { c.askAs("{ users_me { "+allFields+" } }", got[i].Access) }),
			w.readWith(ctx, r, p, byGraphQLFour, []int{some}, func(c *connection, i int) {
				c.askAs("{ users_me { id email first_name last_name } }", got[i].Access)
			}),
		)
	})
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
