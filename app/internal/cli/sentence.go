package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// isRefusedInput reports whether what was typed was no good, whatever the database holds.
func isRefusedInput(e *domain.Error) bool {
	return e.Code == domain.InvalidPayload || e.Code == domain.FailedValidation
}

// sentence says e to a person. Its message is written for clients of the REST interface.
func sentence(e *domain.Error) string {
	switch {
	case e.Code == domain.RecordNotUnique && e.Field == "email":
		return "There already is an account with this e-mail."
	case e.Code == domain.InvalidPayload && e.Field == "email":
		return "This is not an e-mail address."
	case e.Reason == "":
		return e.Message
	}
	// Reasons name the field as JSON has it and end without a full stop.
	reason := strings.NewReplacer(`"password"`, "the password", `"email"`, "the e-mail address").Replace(e.Reason)
	first, size := utf8.DecodeRuneInString(reason)
	return string(unicode.ToUpper(first)) + reason[size:] + "."
}
