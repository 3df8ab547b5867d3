package httpedge

import (
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Entry is a failure as clients see it, one of the list in an error envelope.
type Entry struct {
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions"`
}

// Envelope is the body of an answer that is nothing but failures.
type Envelope struct {
	Errors []Entry `json:"errors"`
}

// NewEntry shows what may be seen of e. now is for the time at which a limit lets the caller
// in again.
func NewEntry(e *domain.Error, now time.Time) Entry {
	info := e.Code.Info() // that of Internal for a code that nobody knows
	extensions := map[string]any{"code": info.Code}
	if e.Reason != "" {
		extensions["reason"] = e.Reason
	}
	if e.Field != "" {
		extensions["field"] = e.Field
	}
	if e.Type != "" {
		extensions["type"] = e.Type
	}
	if e.Element != 0 {
		extensions["index"] = e.Element - 1 // as clients count what they have sent
	}
	switch e.Code {
	case domain.RecordNotUnique:
		extensions["collection"] = "directus_users"
	case domain.RequestsExceeded:
		extensions["reset"] = Timestamp(now.Add(e.RetryAfter))
	}
	message := e.Message
	if info.Code == domain.Internal {
		message = info.Message
	}
	return Entry{message, extensions}
}

// Timestamp writes a time as answers have it: ISO 8601, in UTC, with milliseconds.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
