package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

type activityCommand struct {
	Follow bool   `short:"f" help:"Go on with what happens from now on, until interrupted."`
	JSON   bool   `name:"json" help:"Write one JSON object a line."`
	Limit  int    `default:"50" placeholder:"N" help:"How many of the latest events to begin with, at most 1000."`
	Kind   string `placeholder:"NAME" help:"Only events of this kind, such as login."`
	User   string `placeholder:"EMAIL-OR-ID" help:"Only events of this account, who did it or to whom."`
}

const (
	// followEvery is the rest between two looks at the trail.
	followEvery = time.Second

	// followBehind is how far back each look goes: events of several instances may arrive in
	// another order than their IDs have.
	followBehind = 10 * time.Second

	// followPatience is how long a trail that cannot be read is tried again.
	followPatience = 5 * time.Minute

	// followPage is how many events are asked for at a time.
	followPage = 200
)

// Run shows the audit trail, the oldest of the latest events first.
func (cmd activityCommand) Run(in *invocation) error {
	if cmd.Limit < 0 || cmd.Limit > auth.MaxActivity {
		return usageError{fmt.Errorf("--limit takes a number from 0 to %d", auth.MaxActivity)}
	}
	if kinds := domain.EventKinds(); cmd.Kind != "" && !slices.Contains(kinds, cmd.Kind) {
		return usageError{fmt.Errorf("there is no kind %q of events; there are %s", cmd.Kind, strings.Join(kinds, ", "))}
	}
	isEmail := strings.Contains(cmd.User, "@")
	if cmd.User != "" && !isEmail && !isUUID(cmd.User) {
		return usageError{fmt.Errorf("--user takes the e-mail address or the ID of an account, as users list shows them; for one kind of events there is --kind with one of %s", strings.Join(domain.EventKinds(), ", "))}
	}
	c, err := in.configure()
	if err != nil {
		return err
	}
	return in.withOperator(c, mustExist, func(operator auth.OperatorAPI) error {
		if isEmail {
			user, err := operator.FindUser(in.context, cmd.User)
			if err != nil {
				return err
			}
			cmd.User = string(user.ID)
		}
		return cmd.watch(in.context, in.Stdout, in.log, operator)
	})
}

// isUUID reports whether text has the form of an ID (RFC 9562, section 4).
func isUUID(text string) bool {
	const form = "00000000-0000-0000-0000-000000000000"
	if len(text) != len(form) {
		return false
	}
	for i := range len(text) {
		if isDash := text[i] == '-'; isDash != (form[i] == '-') || !isDash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(text[i])) {
			return false
		}
	}
	return true
}

// watch shows the latest events, and those that follow if that is asked for.
func (cmd activityCommand) watch(ctx context.Context, out io.Writer, log *slog.Logger, operator auth.OperatorAPI) error {
	// Both before the latest are looked at, so that nothing is missed in between.
	begin, shown := time.Now(), map[string]time.Time{}
	if cmd.Follow {
		// What is there already is among the latest, or before them. Of what is not, some may
		// come late, and have an ID from before the beginning.
		err := eachSince(ctx, operator, begin.Add(-followBehind), func(e domain.Event) error {
			shown[e.ID] = e.At
			return nil
		})
		if err != nil {
			return err
		}
	}
	latest, err := operator.LatestActivity(ctx, auth.ActivityQuery{Kind: cmd.Kind, User: domain.UserID(cmd.User), Limit: cmd.Limit})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(latest) {
		if err := cmd.show(out, e); err != nil {
			return err
		}
		shown[e.ID] = e.At
	}
	if !cmd.Follow {
		return nil
	}
	return cmd.follow(ctx, out, log, operator, begin, shown)
}

// follow shows what comes from begin on and is not shown yet, until ctx is done. A database that
// is started anew is waited for, and what has happened meanwhile is shown then.
func (cmd activityCommand) follow(ctx context.Context, out io.Writer, log *slog.Logger, operator auth.OperatorAPI, begin time.Time, shown map[string]time.Time) error {
	ticker := time.NewTicker(followEvery)
	defer ticker.Stop()
	seen, isLost := begin, false // until when the trail has been read; whether the last look failed
	for {
		from, now := seen.Add(-followBehind), time.Now()
		err := cmd.showSince(ctx, out, operator, from, shown)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			if isLost {
				log.Warn("the audit trail can be read again")
			}
			seen, isLost = now, false
			for id, at := range shown {
				if at.Before(from.Add(-followBehind)) {
					delete(shown, id) // no look goes back that far any more
				}
			}
		case !isUnavailable(err) || now.Sub(seen) >= followPatience:
			return err
		case !isLost:
			log.Warn("the audit trail cannot be read for now; it is tried again", "for", followPatience, "error", errors.Unwrap(err))
			isLost = true
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// isUnavailable reports whether the core could not find out, and may another time.
func isUnavailable(err error) bool {
	failure, ok := errors.AsType[*domain.Error](err)
	return ok && failure.Code.Info().Class == domain.ClassUnavailable
}

// showSince shows the events from then on that are not shown yet.
func (cmd activityCommand) showSince(ctx context.Context, out io.Writer, operator auth.OperatorAPI, from time.Time, shown map[string]time.Time) error {
	return eachSince(ctx, operator, from, func(e domain.Event) error {
		if _, seen := shown[e.ID]; seen || !cmd.wants(e) {
			return nil
		}
		if err := cmd.show(out, e); err != nil {
			return err
		}
		shown[e.ID] = e.At
		return nil
	})
}

// eachSince hands over the events from then on, in the order of their IDs.
func eachSince(ctx context.Context, operator auth.OperatorAPI, from time.Time, use func(domain.Event) error) error {
	for after := domain.FloorUUID(from); ; {
		page, err := operator.ActivityAfter(ctx, after, followPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			after = e.ID
			if err := use(e); err != nil {
				return err
			}
		}
		if len(page) < followPage {
			return nil
		}
	}
}

func (cmd activityCommand) wants(e domain.Event) bool {
	user := domain.UserID(cmd.User)
	return (cmd.Kind == "" || e.Kind == cmd.Kind) && (user == "" || e.Actor == user || e.Subject == user)
}

// eventJSON is an event as the REST route shows it.
type eventJSON struct {
	ID        string        `json:"id"`
	Timestamp time.Time     `json:"timestamp"`
	Action    string        `json:"action"`
	Outcome   string        `json:"outcome"`
	User      domain.UserID `json:"user"`
	Item      domain.UserID `json:"item"`
	IP        string        `json:"ip"`
	UserAgent string        `json:"user_agent"`
	Origin    string        `json:"origin"`
}

// show writes one event as one line, whatever its texts hold.
func (cmd activityCommand) show(out io.Writer, e domain.Event) error {
	if !cmd.JSON {
		_, err := fmt.Fprintf(out, "%s  %-7s  %-24s  actor %-36s  subject %-36s  %s  %s\n",
			e.At.UTC().Format(time.RFC3339), oneLine(e.Outcome), oneLine(e.Kind), orDash(string(e.Actor)), orDash(string(e.Subject)), orDash(e.Client.IP), orDash(e.Client.UserAgent))
		return err
	}
	text, err := json.Marshal(eventJSON{
		oneLine(e.ID), e.At.UTC(), oneLine(e.Kind), oneLine(e.Outcome), domain.UserID(oneLine(string(e.Actor))), domain.UserID(oneLine(string(e.Subject))),
		oneLine(e.Client.IP), oneLine(e.Client.UserAgent), oneLine(e.Client.Origin),
	})
	if err != nil {
		return fmt.Errorf("cli: encode an event: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return oneLine(text)
}

// oneLine takes out what would begin another line or steer a terminal. The core lets nothing of
// that into the trail, but others may have written there.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}
