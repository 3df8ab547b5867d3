package faulty

import (
	"context"

	"github.com/sallyport-auth/sallyport/core/port"
)

// methods returns what the generated cases call the methods of a store.
func methods() []string {
	return []string{
		"users.create", "users.by-id", "users.by-email", "users.by-static-token", "users.list", "users.find",
		"users.count", "users.update", "users.delete", "users.touch", "users.advance-totp",
		"roles.create", "roles.reserve", "roles.by-id", "roles.list", "roles.update", "roles.delete",
		"permissions.create", "permissions.list", "permissions.update", "permissions.delete",
		"identities.link", "identities.find", "identities.of-user", "identities.unlink",
		"tokens.put", "tokens.get", "tokens.consume", "tokens.spend-user", "tokens.prune",
		"queue.put", "queue.claim", "queue.done", "queue.retry", "queue.waiting", "queue.prune",
		"sessions.create", "sessions.get", "sessions.list", "sessions.rotate", "sessions.end-reused", "sessions.delete",
		"sessions.delete-user", "sessions.prune",
		"limiter.take", "limiter.refund", "limiter.reset", "limiter.prune",
		"events.record", "events.list", "events.latest", "events.prune",
		"signing.create", "signing.list", "signing.delete",
		"uow.do", "store.ping",
	}
}

// contextFaults does the work for a caller who has gone.
func contextFaults() []Fault {
	more := map[string]string{ // cases that ask about more than the error
		"queue.done":  "queue/done/cancelled-changes-nothing",
		"queue.retry": "queue/retry/cancelled-changes-nothing",
	}
	var faults []Fault
	for _, method := range methods() {
		turns := []string{"ctx/cancelled/" + method}
		if id, ok := more[method]; ok {
			turns = append(turns, id)
		}
		faults = append(faults, Fault{
			Name: "ignores-ctx/" + method, Turns: turns,
			Store: func(inner port.Store) port.Store {
				return tap{
					ctx: func(ctx context.Context, called string) context.Context {
						if called == method && ctx.Err() != nil {
							return context.WithoutCancel(ctx)
						}
						return ctx
					},
					err: func(_ string, err error) error { return err },
				}.store(inner)
			},
		})
	}
	return faults
}

// closedFaults answers from a closed store as if nothing were there.
func closedFaults() []Fault {
	answered := func(name, method string, answer error) Fault {
		return Fault{
			Name: name + "/" + method, Turns: []string{"store/closed-is-error/" + method},
			Store: func(inner port.Store) port.Store {
				var closed once
				s := tap{
					ctx: func(ctx context.Context, _ string) context.Context { return ctx },
					err: func(called string, err error) error {
						if called == method && closed.taken.Load() {
							return answer
						}
						return err
					},
				}.store(inner)
				s.close = func() error {
					closed.take()
					return inner.Close()
				}
				return s
			},
		}
	}
	var faults []Fault
	for _, method := range methods() {
		faults = append(faults, answered("closed-answers-empty", method, nil))
	}
	return append(faults, answered("closed-is-not-found", "users.by-id", port.ErrNotFound))
}
