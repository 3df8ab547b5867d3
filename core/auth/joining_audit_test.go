package auth_test

import (
	"testing"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// trailOfJoining are the use cases with which people come to an account, and operators look
// after it. In the world of the table anybody may register.
func trailOfJoining() map[string][]recorded {
	const bob = "bob@example.com"
	const garbage = "it was never a token, and anybody could fill the trail"
	act := func(begin func(t *testing.T, w world) func() error, code domain.Code) func(*testing.T, world) func() {
		return func(t *testing.T, w world) func() {
			use := begin(t, w)
			return func() { wantCode(t, use(), code) }
		}
	}
	invited := func(t *testing.T, w world) func() error {
		w.invite(t, w.admin(t), bob)
		w.deliver(t)
		token := w.resetToken(t)
		return func() error { return w.service.AcceptInvitation(t.Context(), token, newPassword, visitor) }
	}
	registered := func(t *testing.T, w world) func() error {
		w.register(t, bob, newPassword)
		w.deliver(t)
		token := w.resetToken(t)
		return func() error { return errorOf(w.service.VerifyRegistration(t.Context(), token, visitor)) }
	}
	confirming := func(t *testing.T, w world) func() error {
		w = w.withKeys(t, auth.DefaultSettings(), dataKey)
		token := w.move(t, bob)
		return func() error { return w.service.ConfirmEmail(t.Context(), token, visitor) }
	}
	spent := func(begin func(*testing.T, world) func() error) func(*testing.T, world) func() error {
		return func(t *testing.T, w world) func() error {
			use := begin(t, w)
			wantCode(t, use(), "")
			return use
		}
	}
	look := func(look func(t *testing.T, w world) error) []recorded {
		return []recorded{{"garbage", act(func(t *testing.T, w world) func() error {
			return func() error { return look(t, w) }
		}, domain.InvalidToken), nil, changesNothing}}
	}
	asOperator := func(use func(t *testing.T, w world) error) func(*testing.T, world) func() {
		return act(func(t *testing.T, w world) func() error { return func() error { return use(t, w) } }, "")
	}
	return map[string][]recorded{
		"Invite": {{"one", func(t *testing.T, w world) func() {
			w.seedReaders(t)
			me := w.admin(t)
			return func() { w.invite(t, me, bob) }
		}, []domain.Event{happened(domain.EventUserCreated, root, made), happened(domain.EventRoleChanged, root, made), happened(domain.EventUserInvited, root, made)}, ""}},
		"LookAtInvitation":   look(func(t *testing.T, w world) error { return w.service.LookAtInvitation(t.Context(), "x") }),
		"LookAtRegistration": look(func(t *testing.T, w world) error { return w.service.LookAtRegistration(t.Context(), "x") }),
		"LookAtEmailChange":  look(func(t *testing.T, w world) error { return w.service.LookAtEmailChange(t.Context(), "x") }),
		"AcceptInvitation": {
			{"good", func(t *testing.T, w world) func() {
				w.seedReaders(t)
				return act(invited, "")(t, w)
			}, []domain.Event{happened(domain.EventInvitationAccepted, made, made)}, ""},
			{"spent", func(t *testing.T, w world) func() {
				w.seedReaders(t)
				return act(spent(invited), domain.InvalidInvite)(t, w)
			}, []domain.Event{failed(domain.EventInvitationAccepted, "")}, ""},
			{"garbage", act(func(t *testing.T, w world) func() error {
				return func() error { return w.service.AcceptInvitation(t.Context(), "x", newPassword, visitor) }
			}, domain.InvalidToken), nil, garbage},
		},
		"Register": {
			{"one", func(t *testing.T, w world) func() { return func() { w.register(t, bob, newPassword) } }, []domain.Event{happened(domain.EventRegistrationRequested, "", "")}, ""},
			{"who has an account", func(t *testing.T, w world) func() { return func() { w.register(t, annEmail, newPassword) } }, []domain.Event{happened(domain.EventRegistrationRequested, "", "")}, ""},
		},
		"DeliverMail": {{"the first to who registers", func(t *testing.T, w world) func() {
			w.register(t, bob, newPassword)
			return func() { w.deliver(t) }
		}, []domain.Event{happened(domain.EventUserCreated, "", made)}, ""}},
		"VerifyRegistration": {
			{"good", act(registered, ""), []domain.Event{happened(domain.EventRegistrationVerified, made, made)}, ""},
			{"spent", act(spent(registered), domain.InvalidPayload), []domain.Event{failed(domain.EventRegistrationVerified, "")}, ""},
			{"garbage", act(func(t *testing.T, w world) func() error {
				return func() error { return errorOf(w.service.VerifyRegistration(t.Context(), "x", visitor)) }
			}, domain.InvalidToken), nil, garbage},
		},
		"UpdateMe": {{"address, to be confirmed", func(t *testing.T, w world) func() {
			w = w.withKeys(t, auth.DefaultSettings(), dataKey)
			return func() {
				_, _, err := w.service.UpdateMe(t.Context(), auth.Principal{User: w.ann(t)}, auth.ProfilePatch{Email: new(bob)}, visitor)
				wantCode(t, err, "")
			}
		}, []domain.Event{happened(domain.EventEmailChangeRequested, annID, annID)}, ""}},
		"ConfirmEmail": {
			{"good", act(confirming, ""), []domain.Event{happened(domain.EventEmailChanged, annID, annID)}, ""},
			{"spent", act(spent(confirming), domain.Forbidden), []domain.Event{failed(domain.EventEmailChanged, "")}, ""},
			{"garbage", act(func(t *testing.T, w world) func() error {
				return func() error { return w.service.ConfirmEmail(t.Context(), "x", visitor) }
			}, domain.InvalidToken), nil, garbage},
		},
		"InviteUser": {{"one", func(t *testing.T, w world) func() {
			w.seedReaders(t)
			return func() { wantCode(t, w.service.InviteUser(t.Context(), bob, readers), "") }
		}, []domain.Event{happened(domain.EventUserCreated, "", made), happened(domain.EventRoleChanged, "", made), happened(domain.EventUserInvited, "", made)}, ""}},
		"SetStatus": {{"suspended", asOperator(func(t *testing.T, w world) error {
			return errorOf(w.service.SetStatus(t.Context(), annEmail, domain.StatusSuspended))
		}), []domain.Event{happened(domain.EventUserUpdated, "", annID), happened(domain.EventStatusChanged, "", annID)}, ""}},
		"MakeStaticToken": {{"one", asOperator(func(t *testing.T, w world) error {
			_, _, err := w.service.MakeStaticToken(t.Context(), annEmail)
			return err
		}), []domain.Event{happened(domain.EventUserUpdated, "", annID), happened(domain.EventTokenSet, "", annID)}, ""}},
		"RemoveStaticToken": {{"one", act(func(t *testing.T, w world) func() error {
			_, _, err := w.service.MakeStaticToken(t.Context(), annEmail)
			wantCode(t, err, "")
			return func() error { return errorOf(w.service.RemoveStaticToken(t.Context(), annEmail)) }
		}, ""), []domain.Event{happened(domain.EventUserUpdated, "", annID), happened(domain.EventTokenRemoved, "", annID)}, ""}},
	}
}
