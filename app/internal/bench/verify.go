package main

import (
	"context"
	"errors"
)

// The lines about a proxy's question, beside what it would cost to ask for one's own account.
const (
	byVerify     = "GET /auth/verify, warm"
	besideVerify = "GET /users/me beside it"
)

// measureVerify asks what a reverse proxy asks before each request, for tokens that were good a
// moment ago, which is how nearly all of them are asked about.
func (w *world) measureVerify(ctx context.Context, r *report) error {
	return w.serving(ctx, func(p *process) error {
		connections, got, err := w.logIn(p, some, 0)
		if err != nil {
			return err
		}
		closeAll(connections)
		var taken report
		for range rounds {
			if err := errors.Join(
				w.readWith(ctx, &taken, p, byVerify, []int{some}, func(c *connection, i int) { c.getAs("/auth/verify", got[i].Access) }),
				w.readWith(ctx, &taken, p, besideVerify, []int{some}, func(c *connection, i int) { c.getAs("/users/me", got[i].Access) }),
			); err != nil {
				return err
			}
		}
		for _, what := range []string{byVerify, besideVerify} {
			r.lines = append(r.lines, taken.medianByCPU(what))
		}
		return nil
	})
}
