package fiberhttp

import (
	"bytes"
	"net/http"

	"github.com/gofiber/fiber/v2"
)

// mounted is the http.ResponseWriter of a mounted handler. It keeps the answer until the handler
// is done, since Fiber sends none before, and runs in the goroutine of the request: fasthttp's
// own adaptor starts another for each, so that handlers may flush, as none here does.
type mounted struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (m *mounted) Header() http.Header { return m.header }

// WriteHeader implements http.ResponseWriter. The first call counts.
func (m *mounted) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

// Write implements http.ResponseWriter.
func (m *mounted) Write(text []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(text)
}

// send hands the answer over, with a content type that is guessed where there is none, as
// net/http does.
func (m *mounted) send(c *fiber.Ctx) {
	m.WriteHeader(http.StatusOK)
	if _, ok := m.header[fiber.HeaderContentType]; !ok && m.body.Len() > 0 {
		m.header.Set(fiber.HeaderContentType, http.DetectContentType(m.body.Bytes()))
	}
	response := c.Response()
	response.SetStatusCode(m.status)
	for name, values := range m.header {
		for _, value := range values {
			response.Header.Add(name, value)
		}
	}
	if m.body.Len() > 0 {
		response.SetBodyRaw(m.body.Bytes()) // which is nobody else's
	}
}
