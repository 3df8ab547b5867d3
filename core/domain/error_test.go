package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestCodes(t *testing.T) {
	classes := []domain.Class{
		domain.ClassInvalid, domain.ClassUnauthenticated, domain.ClassForbidden, domain.ClassNotFound, domain.ClassMethod, domain.ClassMedia,
		domain.ClassConflict, domain.ClassUnprocessable, domain.ClassLimited, domain.ClassUnavailable, domain.ClassInternal,
	}
	used := map[domain.Class]bool{}
	seen := map[domain.Code]bool{}
	for _, info := range domain.Codes() {
		t.Run(string(info.Code), func(t *testing.T) {
			if seen[info.Code] {
				t.Error("is in the table twice")
			}
			if !slices.Contains(classes, info.Class) {
				t.Errorf("has class %q, which is none", info.Class)
			}
			if len(info.Message) < 2 || !strings.HasSuffix(info.Message, ".") {
				t.Errorf("has message %q, want a sentence", info.Message)
			}
			if got := info.Code.Info(); got != info {
				t.Errorf("Info: got %+v, want %+v", got, info)
			}
			if e := domain.NewError(info.Code, nil); e.Code != info.Code || e.Message != info.Message || e.Err != nil || e.RetryAfter != 0 {
				t.Errorf("NewError: got %+v", e)
			}
		})
		seen[info.Code], used[info.Class] = true, true
	}
	t.Run("every class has a code", func(t *testing.T) {
		for _, class := range classes {
			if !used[class] {
				t.Errorf("no code has class %q", class)
			}
		}
	})
	t.Run("every constant is in the table", func(t *testing.T) {
		for _, code := range []domain.Code{
			domain.InvalidPayload, domain.InvalidQuery, domain.InvalidCredentials, domain.InvalidOTP, domain.InvalidToken, domain.InvalidInvite, domain.TokenExpired, domain.Forbidden,
			domain.FailedValidation, domain.RecordNotUnique, domain.RouteNotFound, domain.RecordNotFound, domain.MethodNotAllowed,
			domain.UnsupportedMediaType, domain.UnprocessableContent, domain.RequestsExceeded, domain.ServiceUnavailable, domain.Internal,
		} {
			if !seen[code] {
				t.Errorf("%s is missing", code)
			}
		}
		if len(seen) != 18 {
			t.Errorf("got %d codes, want 18", len(seen))
		}
	})
	t.Run("an unknown code is an internal error", func(t *testing.T) {
		for _, code := range []domain.Code{"", "NO_SUCH_CODE", "internal_server_error"} {
			if got, want := code.Info(), domain.Internal.Info(); got != want {
				t.Errorf("%q: got %+v, want %+v", code, got, want)
			}
		}
	})
	t.Run("nobody can change the table", func(t *testing.T) {
		domain.Codes()[0].Class = domain.ClassInternal
		if got := domain.Codes()[0].Class; got != domain.ClassInvalid {
			t.Errorf("got class %q", got)
		}
	})
}

func TestError(t *testing.T) {
	cause := errors.New("the cause, with a detail that is nobody's business")

	t.Run("shows its code and message, and never its cause", func(t *testing.T) {
		err := domain.NewError(domain.InvalidCredentials, cause)
		if got, want := err.Error(), "INVALID_CREDENTIALS: Invalid user credentials."; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("is found in a chain, and leads to its cause", func(t *testing.T) {
		err := fmt.Errorf("around: %w", domain.NewError(domain.ServiceUnavailable, fmt.Errorf("wrapped: %w", cause)))
		found, ok := errors.AsType[*domain.Error](err)
		if !ok || found.Code != domain.ServiceUnavailable || !errors.Is(err, cause) {
			t.Errorf("got %+v, found %t, cause %t", found, ok, errors.Is(err, cause))
		}
	})
	t.Run("without a cause ends the chain", func(t *testing.T) {
		if got := errors.Unwrap(domain.NewError(domain.Forbidden, nil)); got != nil {
			t.Errorf("got %v, want nil", got)
		}
	})
	t.Run("of a payload names field and reason", func(t *testing.T) {
		got := domain.InvalidPayloadError("email", `"email" is required`)
		want := domain.Error{Code: domain.InvalidPayload, Message: `Invalid payload. "email" is required.`, Reason: `"email" is required`, Field: "email"}
		if *got != want {
			t.Errorf("got %+v, want %+v", *got, want)
		}
	})
}

// Red when OfElement changes the error that it was given, or names one that came alone.
func TestOfElementSaysWhichOfSeveral(t *testing.T) {
	failure := domain.InvalidPayloadError("email", `"email" is required`)
	if got := domain.OfElement(failure, 0, 1); got != error(failure) {
		t.Errorf("got %v of one that came alone", got)
	}
	other := errors.New("something else")
	if got := domain.OfElement(other, 1, 2); got != other {
		t.Errorf("got %v, want %v", got, other)
	}
	got, ok := errors.AsType[*domain.Error](domain.OfElement(fmt.Errorf("read: %w", failure), 1, 2))
	if !ok || got.Element != 2 || got.Reason != failure.Reason || failure.Element != 0 {
		t.Errorf("got %+v of %+v", got, failure)
	}
}
