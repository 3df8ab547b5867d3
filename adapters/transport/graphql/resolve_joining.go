package graphql

import (
	"context"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// languages returns what the request says of the languages that its sender reads.
func (x *exchange) languages() string {
	return httpedge.Languages(x.request.Header.Get("Accept-Language"))
}

// UsersInvite resolves users_invite.
func (r *resolver) UsersInvite(ctx context.Context, args struct {
	Email, Role string
	InviteURL   *string
},
) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	err := r.handler.api.RequireAccess(ctx, x.caller, domain.CollectionUsers, domain.ActionCreate)
	if err == nil {
		err = required("email", args.Email)
	}
	if err == nil {
		err = required("role", args.Role)
	}
	in := auth.Invitation{Emails: []string{args.Email}, Role: domain.RoleID(args.Role), Language: x.languages(), Client: x.client()}
	if err == nil {
		in.URL, err = optional("invite_url", args.InviteURL)
	}
	if err == nil {
		err = r.handler.api.Invite(ctx, x.caller, in)
	}
	return x.done(err)
}

// UsersInviteAccept resolves users_invite_accept.
func (r *resolver) UsersInviteAccept(ctx context.Context, args struct{ Token, Password string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	err := required("token", args.Token)
	if err == nil {
		err = required("password", args.Password)
	}
	if err == nil {
		err = r.handler.api.AcceptInvitation(ctx, args.Token, args.Password, x.client())
	}
	return x.done(err)
}

// UsersRegister resolves users_register. Names may be empty, as forms send them.
func (r *resolver) UsersRegister(ctx context.Context, args struct {
	Email, Password                      string
	FirstName, LastName, VerificationURL *string
},
) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	in := auth.Registration{Email: args.Email, Password: args.Password, Language: x.languages(), Client: x.client()}
	if args.FirstName != nil {
		in.FirstName = *args.FirstName
	}
	if args.LastName != nil {
		in.LastName = *args.LastName
	}
	err := required("email", args.Email)
	if err == nil {
		err = required("password", args.Password)
	}
	if err == nil {
		in.URL, err = optional("verification_url", args.VerificationURL)
	}
	if err == nil {
		err = r.handler.api.Register(ctx, in)
	}
	return x.done(err)
}

// UsersRegisterVerify resolves users_register_verify.
func (r *resolver) UsersRegisterVerify(ctx context.Context, args struct{ Token string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	_, err := r.handler.api.VerifyRegistration(ctx, args.Token, x.client())
	return x.done(err)
}

// UsersMeEmailConfirm resolves users_me_email_confirm.
func (r *resolver) UsersMeEmailConfirm(ctx context.Context, args struct{ Token string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	err := required("token", args.Token)
	if err == nil {
		err = r.handler.api.ConfirmEmail(ctx, args.Token, x.client())
	}
	return x.done(err)
}

// done answers true, or what went wrong.
func (x *exchange) done(err error) (*bool, error) {
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}
