package connectrpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc/sallyportv1"
	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// Code is the one place where a failure becomes a code of Connect and gRPC: that of a class,
// and internal for a class that nobody knows.
func Code(class domain.Class) connect.Code {
	switch class {
	case domain.ClassInvalid, domain.ClassMedia:
		return connect.CodeInvalidArgument
	case domain.ClassUnauthenticated:
		return connect.CodeUnauthenticated
	case domain.ClassForbidden:
		return connect.CodePermissionDenied
	case domain.ClassNotFound:
		return connect.CodeNotFound
	case domain.ClassMethod:
		return connect.CodeUnimplemented
	case domain.ClassConflict:
		return connect.CodeAlreadyExists
	case domain.ClassUnprocessable:
		return connect.CodeFailedPrecondition
	case domain.ClassLimited:
		return connect.CodeResourceExhausted
	case domain.ClassUnavailable:
		return connect.CodeUnavailable
	}
	return connect.CodeInternal
}

// intercept stands around every procedure: it refuses what could not be decoded, and makes of
// failures what may be shown of them.
func (s *Server) intercept(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (answer connect.AnyResponse, err error) {
		defer func() {
			if err != nil {
				callOf(ctx).failure = err
				answer, err = nil, s.shown(err)
			}
		}()
		if why, is := isMalformed(request.Any()); is {
			reason := "the body is not a message of this procedure"
			if why != "" {
				reason += ": " + why
			}
			return nil, domain.InvalidPayloadError("", reason)
		}
		return next(ctx, request)
	}
}

// shown makes of a failure what callers see: a code of Connect, the message, and in the details
// what the extensions of an error are over REST.
func (s *Server) shown(err error) *connect.Error {
	e := httpedge.AsFailure(err)
	info := e.Code.Info() // that of Internal for a code that nobody knows
	message := e.Message
	if info.Code == domain.Internal {
		message = info.Message
	}
	answer := connect.NewError(Code(info.Class), errors.New(message))
	failure := &sallyportv1.Failure{Code: string(info.Code), Reason: e.Reason, Field: e.Field}
	if e.RetryAfter > 0 {
		seconds := httpedge.RetryAfter(e.RetryAfter)
		answer.Meta().Set("Retry-After", strconv.Itoa(seconds))
		failure.RetryAfter = durationpb.New(time.Duration(seconds) * time.Second)
	}
	switch info.Code {
	case domain.RecordNotUnique:
		failure.Collection = "directus_users"
	case domain.RequestsExceeded:
		failure.Reset_ = timestamppb.New(s.config.Now().Add(e.RetryAfter).Truncate(time.Millisecond))
	}
	if detail, err := connect.NewErrorDetail(failure); err == nil { // of text and numbers: it is always one
		answer.AddDetail(detail)
	}
	return answer
}

// panicError is what was thrown, for the log. It does not unwrap: it is no answer, even where
// it is a failure that could be one.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
