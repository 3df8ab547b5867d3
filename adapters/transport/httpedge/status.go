package httpedge

import (
	"math"
	"net/http"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// Status is the one place where a failure becomes a number: the status code (RFC 9110,
// section 15) of a class, and 500 for a class that nobody knows.
func Status(class domain.Class) int {
	switch class {
	case domain.ClassInvalid, domain.ClassConflict:
		return http.StatusBadRequest
	case domain.ClassUnauthenticated:
		return http.StatusUnauthorized
	case domain.ClassForbidden:
		return http.StatusForbidden
	case domain.ClassNotFound:
		return http.StatusNotFound
	case domain.ClassMethod:
		return http.StatusMethodNotAllowed
	case domain.ClassMedia:
		return http.StatusUnsupportedMediaType
	case domain.ClassUnprocessable:
		return http.StatusUnprocessableEntity
	case domain.ClassLimited:
		return http.StatusTooManyRequests
	case domain.ClassUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// RetryAfter is wait as the Retry-After field counts it (RFC 9110, section 10.2.3): in whole
// seconds, rounded up, and at least one.
func RetryAfter(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds())))
}
