package connectrpc_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/connectrpctest"
	v1 "github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestEveryClassHasACode(t *testing.T) {
	want := map[domain.Class]connect.Code{
		domain.ClassInvalid:         connect.CodeInvalidArgument,
		domain.ClassMedia:           connect.CodeInvalidArgument,
		domain.ClassConflict:        connect.CodeAlreadyExists,
		domain.ClassUnauthenticated: connect.CodeUnauthenticated,
		domain.ClassForbidden:       connect.CodePermissionDenied,
		domain.ClassNotFound:        connect.CodeNotFound,
		domain.ClassMethod:          connect.CodeUnimplemented,
		domain.ClassUnprocessable:   connect.CodeFailedPrecondition,
		domain.ClassLimited:         connect.CodeResourceExhausted,
		domain.ClassUnavailable:     connect.CodeUnavailable,
		domain.ClassInternal:        connect.CodeInternal,
		"a class of tomorrow":       connect.CodeInternal,
	}
	for class, code := range want {
		if got := connectrpc.Code(class); got != code {
			t.Errorf("%s: got %v, want %v", class, got, code)
		}
	}
	for _, info := range domain.Codes() {
		if _, ok := want[info.Class]; !ok {
			t.Errorf("%s: nobody has said which code %s has", info.Code, info.Class)
		}
	}
}

// TestEveryFailureIsToldInEachProtocol logs in to a stub that fails in every way there is.
func TestEveryFailureIsToldInEachProtocol(t *testing.T) {
	for _, info := range domain.Codes() {
		failure := &domain.Error{Code: info.Code, Message: "Told to you.", Reason: "the reason", Field: "the field", RetryAfter: 1500 * time.Millisecond, Err: errors.New("a secret")}
		w := newStub(t, func() (auth.Tokens, error) { return auth.Tokens{}, failure })
		for _, p := range protocols() {
			_, err := w.client(t, p).Login(t.Context(), loginInput())
			got, ok := errors.AsType[*domain.Error](err)
			message := failure.Message
			if info.Code == domain.Internal {
				message = info.Message
			}
			if !ok || got.Code != info.Code || got.Message != message || got.Reason != failure.Reason || got.Field != failure.Field || got.RetryAfter != 2*time.Second {
				t.Errorf("%s, %s: got %+v, want %+v", p.name, info.Code, err, failure)
			}
			told, _ := errors.AsType[*connect.Error](err)
			if after := told.Meta().Get("Retry-After"); after != "2" {
				t.Errorf("%s, %s: got Retry-After %q, want 2", p.name, info.Code, after)
			}
		}
		got := w.post(t, login, `{"email":"a","password":"b"}`, nil)
		got.want(t, info.Code, "the reason")
		if collection := got.failure.GetCollection(); (collection == "directus_users") != (info.Code == domain.RecordNotUnique) {
			t.Errorf("%s: got collection %q", info.Code, collection)
		}
		if limited := info.Code == domain.RequestsExceeded; limited != (got.failure.GetReset_() != nil) || limited && !got.failure.GetReset_().AsTime().Equal(w.clock.Now().Add(failure.RetryAfter).Truncate(time.Millisecond)) {
			t.Errorf("%s: got reset %v", info.Code, got.failure.GetReset_())
		}
		if strings.Contains(got.body, "secret") {
			t.Errorf("%s: the answer shows the cause: %s", info.Code, got.body)
		}
	}
}

func TestSecurity92_ConnectShowsNothingInside(t *testing.T) {
	for name, login := range map[string]func() (auth.Tokens, error){
		"error": func() (auth.Tokens, error) { return auth.Tokens{}, errors.New("a secret") },
		"error of theirs": func() (auth.Tokens, error) {
			return auth.Tokens{}, connect.NewError(connect.CodeAborted, errors.New("a secret"))
		},
		"panic": func() (auth.Tokens, error) { panic("a secret") },
		"failure thrown": func() (auth.Tokens, error) {
			panic(&domain.Error{Code: domain.Forbidden, Message: "a secret", Reason: "a secret"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newStub(t, login)
			for _, p := range protocols() {
				_, err := w.client(t, p).Login(t.Context(), loginInput())
				got, ok := errors.AsType[*domain.Error](err)
				if !ok || got.Code != domain.Internal || got.Reason != "" || strings.Contains(err.Error()+got.Message, "secret") {
					t.Errorf("%s: got %v, want INTERNAL_SERVER_ERROR with nothing inside", p.name, err)
				}
			}
			if got := w.post(t, "/sallyport.v1.AuthService/Login", `{"email":"a","password":"b"}`, nil); got.status != http.StatusInternalServerError || strings.Contains(got.body, "secret") {
				t.Errorf("got status %d and %s", got.status, got.body)
			}
			if !strings.Contains(w.log.String(), "a secret") {
				t.Errorf("the log does not say why: %s", w.log)
			}
		})
	}
}

// TestFailedTellsWhatIsMissing keeps the kit from taking anything for a failure of the core.
func TestFailedTellsWhatIsMissing(t *testing.T) {
	for name, err := range map[string]error{
		"no failure in it": connect.NewError(connect.CodeInternal, errors.New("x")),
		"no error of RPC":  io.EOF,
	} {
		if _, ok := errors.AsType[*domain.Error](connectrpctest.Failed(err)); ok {
			t.Errorf("%s: got a failure of the core", name)
		}
	}
	detail, err := connect.NewErrorDetail(&v1.Failure{Code: string(domain.Forbidden)})
	if err != nil {
		t.Fatal(err)
	}
	wrong := connect.NewError(connect.CodeNotFound, errors.New("x"))
	wrong.AddDetail(detail)
	if _, ok := errors.AsType[*domain.Error](connectrpctest.Failed(wrong)); ok {
		t.Error("got a failure of the core with the code of another class")
	}
}
