package fiberhttp

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// levelOf keeps the lines apart that somebody should look at: what is broken here from what
// was turned away so that nothing breaks, and both from what clients do day by day. Too many
// passwords to hash at once is the second, or too many letters to send, although it is
// answered 503, and so is a caller who is held up for guessing. failure may be nil.
func levelOf(status int, failure error) slog.Level {
	switch {
	case status == fiber.StatusTooManyRequests, errors.Is(failure, port.ErrBusy):
		return slog.LevelWarn
	case status >= fiber.StatusInternalServerError:
		return slog.LevelError
	}
	return slog.LevelInfo
}

// requestAttrs describes a request that has been answered. The path goes without its
// query, which may hold a token.
func requestAttrs(c *fiber.Ctx, id string, took time.Duration, ip string) []slog.Attr {
	return []slog.Attr{
		slog.String("request_id", id),
		slog.String("method", strings.Clone(c.Method())),
		slog.String("path", requestPath(c)),
		slog.Int("status", c.Response().StatusCode()),
		slog.Duration("took", took),
		slog.String("ip", ip),
	}
}

// failureAttrs says how a request failed, and of failures that are not the caller's why,
// which the answer does not show. err may be nil.
func failureAttrs(err error) []slog.Attr {
	if err == nil {
		return nil
	}
	failure := asFailure(err)
	attrs := []slog.Attr{slog.String("code", string(failure.Code))}
	if httpedge.Status(failure.Code.Info().Class) < fiber.StatusInternalServerError {
		return attrs
	}
	cause := failure.Err
	if cause == nil {
		cause = err
	}
	attrs = append(attrs, slog.Any("cause", cause))
	if panicked, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	return attrs
}

// codeAttr names the code of a failure, where it has one.
func codeAttr(err error) []slog.Attr {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return []slog.Attr{slog.String("code", string(failure.Code))}
	}
	return nil
}

// logRefusal writes the one line of what was refused before it was a request to Fiber. There
// is no path to rely on, and no header that says who called, so it names the peer. method is
// empty where nobody could read it.
func (s *Server) logRefusal(c *fiber.Ctx, level slog.Level, method []byte, failure *domain.Error) {
	reason := failure.Reason
	if failure.Err != nil {
		reason = failure.Err.Error()
	}
	s.config.Log.LogAttrs(c.UserContext(), level, "request refused",
		slog.String("request_id", strings.Clone(c.GetRespHeader(fiber.HeaderXRequestID))),
		slog.String("method", printableMethod(method)),
		slog.Int("status", c.Response().StatusCode()),
		slog.String("peer", peerAddress(c).String()),
		slog.String("code", string(failure.Code)),
		slog.String("reason", reason))
}

// maxLoggedMethod is in bytes, and beyond the longest method that is registered.
const maxLoggedMethod = 32

// printableMethod returns as much of a method that nobody knows as a line of the log holds,
// with a question mark for all but letters, digits, "-" and "_".
func printableMethod(method []byte) string {
	return strings.Map(func(r rune) rune {
		if isWordCharacter(r) || r == '-' || r == '_' {
			return r
		}
		return '?'
	}, string(method[:min(len(method), maxLoggedMethod)]))
}

// setRequestID marks the answer with the ID that its line in the log has, and returns it. It
// comes from the caller where that is sane.
func setRequestID(c *fiber.Ctx) string {
	id := strings.Clone(c.Get(fiber.HeaderXRequestID))
	if !httpedge.IsRequestID(id) {
		id = uuid.NewString()
	}
	c.Set(fiber.HeaderXRequestID, id)
	return id
}

func isWordCharacter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// requestPath returns the path as it came, which is what routes are matched with: neither
// decoded nor with double slashes and dots taken out.
func requestPath(c *fiber.Ctx) string { return string(c.Request().URI().PathOriginal()) }
