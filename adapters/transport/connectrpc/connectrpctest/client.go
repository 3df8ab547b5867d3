// Package connectrpctest is the contract.Client of the procedures in docs/api/sallyport/v1: all
// that the inbound kit needs to know of them. It calls them as every other program does, by the
// clients that are generated.
package connectrpctest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1/sallyportv1connect"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Client calls a server. It is safe for concurrent use. Make one with New.
type Client struct {
	Auth  sallyportv1connect.AuthServiceClient
	Users sallyportv1connect.UserServiceClient

	SecondFactor sallyportv1connect.SecondFactorServiceClient
	Joining      sallyportv1connect.JoiningServiceClient
	Rights       sallyportv1connect.RightsServiceClient
}

var _ contract.Client = Client{}

// New returns a client of the server at url, in the protocol that the options choose: Connect
// in Protobuf without any.
func New(url string, client *http.Client, options ...connect.ClientOption) Client {
	return Client{
		Auth:  sallyportv1connect.NewAuthServiceClient(client, url, options...),
		Users: sallyportv1connect.NewUserServiceClient(client, url, options...),

		SecondFactor: sallyportv1connect.NewSecondFactorServiceClient(client, url, options...),
		Joining:      sallyportv1connect.NewJoiningServiceClient(client, url, options...),
		Rights:       sallyportv1connect.NewRightsServiceClient(client, url, options...),
	}
}

// NewHTTP returns a client of HTTP/1.1, or of HTTP/2 without TLS (h2c).
func NewHTTP(h2c bool) *http.Client {
	var protocols http.Protocols
	protocols.SetHTTP1(!h2c)
	protocols.SetUnencryptedHTTP2(h2c)
	return &http.Client{Transport: &http.Transport{Protocols: &protocols, MaxIdleConnsPerHost: 64}}
}

// Failed returns what the details of an error say. An error without a Failure, or whose code is
// not that of its class, is returned as it is: nothing that a caller is told may be so.
func Failed(err error) error {
	if err == nil {
		return nil
	}
	failed, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return err
	}
	for _, detail := range failed.Details() {
		value, unreadable := detail.Value()
		if unreadable != nil {
			return unreadable
		}
		shown, ok := value.(*v1.Failure)
		if !ok {
			continue
		}
		code := domain.Code(shown.GetCode())
		if want := connectrpc.Code(code.Info().Class); failed.Code() != want {
			return fmt.Errorf("%s comes with code %s, want %s", code, failed.Code(), want)
		}
		return &domain.Error{
			Code: code, Message: failed.Message(), Reason: shown.GetReason(), Field: shown.GetField(),
			RetryAfter: shown.GetRetryAfter().AsDuration(), Err: err,
		}
	}
	return fmt.Errorf("an error without a Failure: %w", err)
}

// as returns a context under which a call shows the credential. The wire has one place for a
// token. What others have in the query or in a cookie goes there, too; a cookie, which is looked
// at only where nothing else is, is not sent beside another token; and two of the others are two
// fields.
func as(ctx context.Context, c auth.Credential) context.Context {
	ctx, info := connect.NewClientContext(ctx)
	for _, token := range []string{c.Bearer, c.Query} {
		if token != "" {
			info.RequestHeader().Add("Authorization", "Bearer "+token)
		}
	}
	if c.Cookie != "" && c.Bearer == "" && c.Query == "" {
		info.RequestHeader().Set("Authorization", "Session "+c.Cookie)
	}
	return ctx
}

func modeOf(mode domain.Mode) v1.Mode {
	for n := range v1.Mode_name {
		if modeShown(v1.Mode(n)) == mode {
			return v1.Mode(n)
		}
	}
	return 99 // one that there is not
}

func modeShown(mode v1.Mode) domain.Mode {
	return domain.Mode(strings.ToLower(strings.TrimPrefix(mode.String(), "MODE_")))
}
