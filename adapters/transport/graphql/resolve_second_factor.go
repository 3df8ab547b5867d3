package graphql

import (
	"context"

	"github.com/graph-gophers/graphql-go"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// tfaSetup is what an authenticator app is set up with.
type tfaSetup struct{ Secret, OtpauthURL *string }

// UsersMeTFAGenerate resolves users_me_tfa_generate.
func (r *resolver) UsersMeTFAGenerate(ctx context.Context, args struct{ Password string }) (*tfaSetup, error) {
	ctx, x := exchangeOf(ctx)
	setup, err := r.handler.api.GenerateTFA(ctx, x.caller, args.Password, x.client())
	if err != nil {
		return nil, x.failed(err)
	}
	return &tfaSetup{&setup.Secret, &setup.URL}, nil
}

// UsersMeTFAEnable resolves users_me_tfa_enable, whose answer has no place for recovery codes.
func (r *resolver) UsersMeTFAEnable(ctx context.Context, args struct{ Secret, OTP string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	_, err := r.handler.api.EnableTFA(ctx, x.caller, auth.TFAEnable{Secret: args.Secret, OTP: args.OTP}, x.client())
	if err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}

// UsersMeTFADisable resolves users_me_tfa_disable.
func (r *resolver) UsersMeTFADisable(ctx context.Context, args struct{ OTP string }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.DisableTFA(ctx, x.caller, args.OTP, x.client()); err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}

// UsersMeTFARecoveryCodes resolves users_me_tfa_recovery_codes.
func (r *resolver) UsersMeTFARecoveryCodes(ctx context.Context, args struct{ Password, OTP string }) (*[]string, error) {
	ctx, x := exchangeOf(ctx)
	codes, err := r.handler.api.RenewRecoveryCodes(ctx, x.caller, args.Password, args.OTP, x.client())
	if err != nil {
		return nil, x.failed(err)
	}
	return &codes, nil
}

// UsersTFADisable resolves users_tfa_disable.
func (r *resolver) UsersTFADisable(ctx context.Context, args struct{ ID graphql.ID }) (*bool, error) {
	ctx, x := exchangeOf(ctx)
	if err := r.handler.api.DisableAccountTFA(ctx, x.caller, domain.UserID(args.ID), x.client()); err != nil {
		return nil, x.failed(err)
	}
	return new(true), nil
}
