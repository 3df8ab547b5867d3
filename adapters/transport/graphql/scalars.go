package graphql

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
)

// jsonValue is a value of the scalar JSON.
type jsonValue struct{ raw json.RawMessage }

func (jsonValue) ImplementsGraphQLType(name string) bool { return name == "JSON" }

// UnmarshalGraphQL is there because the library asks for it: nothing of an input has this
// type, since inputs are taken whole.
func (v *jsonValue) UnmarshalGraphQL(input any) (err error) {
	v.raw, err = json.Marshal(input)
	return err
}

func (v jsonValue) MarshalJSON() ([]byte, error) { return v.raw, nil }

// date is a value of the scalar Date.
type date string

func (date) ImplementsGraphQLType(name string) bool { return name == "Date" }

// UnmarshalGraphQL is there because the library asks for it: no input has this type.
func (*date) UnmarshalGraphQL(any) error { return fmt.Errorf("a date is no input") }

// dateOrNull writes a time, and nil where there is none.
func dateOrNull(t time.Time) *date {
	if t.IsZero() {
		return nil
	}
	return new(date(httpedge.Timestamp(t)))
}

func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
