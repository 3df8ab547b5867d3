package domain

// Code is the stable name of a failure. Clients branch on it; it never changes.
type Code string

// The codes there are. Info gives each its class and default message.
const (
	InvalidPayload       Code = "INVALID_PAYLOAD"
	InvalidQuery         Code = "INVALID_QUERY"
	InvalidCredentials   Code = "INVALID_CREDENTIALS"
	InvalidOTP           Code = "INVALID_OTP"
	InvalidToken         Code = "INVALID_TOKEN"
	InvalidInvite        Code = "INVALID_INVITE"
	TokenExpired         Code = "TOKEN_EXPIRED"
	Forbidden            Code = "FORBIDDEN"
	FailedValidation     Code = "FAILED_VALIDATION"
	RecordNotUnique      Code = "RECORD_NOT_UNIQUE"
	RouteNotFound        Code = "ROUTE_NOT_FOUND"
	RecordNotFound       Code = "RECORD_NOT_FOUND"
	MethodNotAllowed     Code = "METHOD_NOT_ALLOWED"
	UnsupportedMediaType Code = "UNSUPPORTED_MEDIA_TYPE"
	UnprocessableContent Code = "UNPROCESSABLE_CONTENT"
	RequestsExceeded     Code = "REQUESTS_EXCEEDED"
	ServiceUnavailable   Code = "SERVICE_UNAVAILABLE"
	Internal             Code = "INTERNAL_SERVER_ERROR"
)

// Class groups codes by what a caller can do about them. Each transport maps classes, not
// codes, to its own kind of status.
type Class string

// The classes of codes.
const (
	ClassInvalid         Class = "invalid"
	ClassUnauthenticated Class = "unauthenticated"
	ClassForbidden       Class = "forbidden"
	ClassNotFound        Class = "not_found"
	ClassMethod          Class = "method"
	ClassMedia           Class = "media"
	ClassConflict        Class = "conflict"
	ClassUnprocessable   Class = "unprocessable"
	ClassLimited         Class = "limited"
	ClassUnavailable     Class = "unavailable"
	ClassInternal        Class = "internal"
)

// CodeInfo is a row of the one table of failures.
type CodeInfo struct {
	Code    Code
	Class   Class
	Message string // default for Error.Message, without any detail of the case
}

// Codes returns the table of failures, in the order of the constants.
func Codes() []CodeInfo {
	return []CodeInfo{
		{InvalidPayload, ClassInvalid, "Invalid payload."},
		{InvalidQuery, ClassInvalid, "Invalid query."},
		{InvalidCredentials, ClassUnauthenticated, "Invalid user credentials."},
		{InvalidOTP, ClassUnauthenticated, "Invalid user OTP."},
		{InvalidToken, ClassForbidden, "Invalid token."},
		{InvalidInvite, ClassInvalid, "Invalid invite."},
		{TokenExpired, ClassUnauthenticated, "Token expired."},
		{Forbidden, ClassForbidden, "You don't have permission to access this."},
		{FailedValidation, ClassInvalid, "Validation failed."},
		{RecordNotUnique, ClassConflict, "Value has to be unique."},
		{RouteNotFound, ClassNotFound, "Route doesn't exist."},
		{RecordNotFound, ClassNotFound, "Record doesn't exist."},
		{MethodNotAllowed, ClassMethod, "Method not allowed."},
		{UnsupportedMediaType, ClassMedia, "Unsupported media type."},
		{UnprocessableContent, ClassUnprocessable, "Unprocessable content."},
		{RequestsExceeded, ClassLimited, "Too many requests."},
		{ServiceUnavailable, ClassUnavailable, "Service unavailable."},
		{Internal, ClassInternal, "An unexpected error occurred."},
	}
}

// Info returns the row of the table for c, and that of Internal for a code that is not in
// the table.
func (c Code) Info() CodeInfo {
	var internal CodeInfo
	for _, info := range Codes() {
		if info.Code == c {
			return info
		}
		if info.Code == Internal {
			internal = info
		}
	}
	return internal
}
