package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/sallyport-auth/sallyport/docs/api"
)

// description is docs/api/openapi.yaml.
type description struct {
	document  *v3.Document
	requests  validator.Validator
	responses validator.Validator // which take a member that is not described for a mistake
}

// describe reads the description once: that takes as long as a test.
var describe = sync.OnceValues(func() (description, error) {
	source, err := libopenapi.NewDocument(api.OpenAPI())
	if err != nil {
		return description{}, err
	}
	model, err := source.BuildV3Model()
	if err != nil {
		return description{}, err
	}
	requests, wrong := validator.NewValidator(source, config.WithFormatAssertions(), config.WithContentParameterValidation())
	if len(wrong) > 0 {
		return description{}, wrong[0]
	}
	responses, wrong := validator.NewValidator(source, config.WithFormatAssertions(), config.WithStandardBodyDecoders(),
		config.WithRejectUnsupportedBodyContent(), config.WithStrictMode(),
		config.WithStrictIgnoredHeadersExtra(everyAnswerHas()...),
		config.WithStrictIgnorePaths("$.body.checks.*", "$.body.data.theme_*_overrides.**", "$.body.data[*].theme_*_overrides.**",
			"$.body.data.permissions.**", "$.body.data[*].permissions.**", "$.body.permissions.**", "$.body.data.directus_*.**", "$.body.data.directus_*", "$.body.data.articles.**", "$.body.data.articles"))
	if len(wrong) > 0 {
		return description{}, wrong[0]
	}
	return description{&model.Model, requests, responses}, nil
})

// everyAnswerHas are the headers that the description has in words alone.
func everyAnswerHas() []string {
	return []string{"content-security-policy", "x-content-type-options", "referrer-policy", "strict-transport-security", "server", "location"}
}

func described(t testing.TB) description {
	t.Helper()
	d, err := describe()
	if err != nil {
		t.Fatalf("read the description: %v", err)
	}
	return d
}

// promised is an answer that an operation may give.
type promised struct {
	operation string // its ID
	status    int
}

// promises returns all that the description has.
func (d description) promises() map[promised]bool {
	all := map[promised]bool{}
	for _, path := range d.document.Paths.PathItems.FromOldest() {
		for _, operation := range path.GetOperations().FromOldest() {
			for code := range operation.Responses.Codes.FromOldest() {
				status, _ := strconv.Atoi(code) // or 0, which nobody answers
				all[promised{operation.OperationId, status}] = true
			}
		}
	}
	return all
}

// compared is an http.RoundTripper that compares each exchange with the description: every answer
// has to be described, and what is taken has to be a request as the description wants it. What
// cannot be read is not; neither is a method or a path that there is not.
type compared struct {
	t    testing.TB
	d    description
	next *http.Transport
	mu   sync.Mutex
	seen map[promised]bool
}

// compare has every exchange of the client compared from now on.
func compare(t testing.TB, client *http.Client) *compared {
	t.Helper()
	c := &compared{t: t, d: described(t), next: client.Transport.(*http.Transport), seen: map[promised]bool{}}
	client.Transport = c
	return c
}

func (c *compared) CloseIdleConnections() { c.next.CloseIdleConnections() }

func (c *compared) RoundTrip(request *http.Request) (*http.Response, error) {
	var sent []byte
	if request.Body != nil {
		var err error
		if sent, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	again := func() *http.Request {
		r := request.Clone(request.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
		return r
	}
	answer, err := c.next.RoundTrip(again())
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	c.compare(again(), again(), answer, body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// compare takes two copies of the request, since each comparison reads one.
func (c *compared) compare(asked, askedAgain *http.Request, answer *http.Response, body []byte) {
	operation := c.operation(asked)
	if operation == "" {
		return
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if ok, wrong := c.d.responses.ValidateHttpResponse(asked, answer); !ok {
		c.t.Errorf("%s, %d %s: the answer is not as described: %s", operation, answer.StatusCode, body, inWords(wrong))
	}
	if answer.StatusCode < http.StatusBadRequest {
		if ok, wrong := c.d.requests.ValidateHttpRequest(askedAgain); !ok {
			c.t.Errorf("%s, %d: it takes what is not described, %s: %s", operation, answer.StatusCode, askedAgain.URL.RawQuery, inWords(wrong))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[promised{operation, answer.StatusCode}] = true
}

// operation returns the ID of the operation that a request is for, or "".
func (c *compared) operation(r *http.Request) string {
	for path, item := range c.d.document.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			if matches(path, method, r) {
				return operation.OperationId
			}
		}
	}
	return ""
}

func (c *compared) hasSeen(what promised) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[what]
}

func inWords(wrong []*errors.ValidationError) string {
	var b bytes.Buffer
	for _, w := range wrong {
		fmt.Fprintf(&b, "\n\t%s: %s", w.Message, w.Reason)
		for _, s := range w.SchemaValidationErrors {
			fmt.Fprintf(&b, "\n\t\t%s: %s", s.FieldPath, s.Reason)
		}
	}
	return b.String()
}
