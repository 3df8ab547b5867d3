package connectrpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/adapters/transport/httpedge"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// admit refuses what Connect would refuse in words of its own, or would not, and finds out who
// calls. The body is read here, once and in time; what is left to Connect is to decode it.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, c *call) error {
	if s.config.Admit != nil {
		if err := s.config.Admit(r.Context(), c.client); err != nil {
			return err
		}
	}
	if _, ok := s.procedures[r.URL.Path]; !ok {
		e := domain.NewError(domain.RouteNotFound, nil)
		e.Reason = "there is no such procedure"
		return e
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return domain.NewError(domain.MethodNotAllowed, nil)
	}
	mediaType, framed, err := checkMedia(r.Header)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", mediaType) // without the charset that it may be in, which has been seen to
	credential, err := presented(r.Header)
	if err != nil {
		return err
	}
	if c.caller, err = s.api.Authenticate(r.Context(), credential); err != nil {
		return err
	}
	return s.readBody(w, r, framed)
}

// checkMedia refuses a content type that is none of a call, every coding, and versions of
// Connect that there are not yet. framed is for a body that holds its message in a frame, as
// that of gRPC does.
func checkMedia(header http.Header) (mediaType string, framed bool, err error) {
	contentType := header.Get("Content-Type")
	mediaType, _, err = mime.ParseMediaType(contentType)
	isConnect := slices.Contains([]string{"application/proto", "application/json"}, mediaType)
	framed = slices.Contains([]string{
		"application/grpc", "application/grpc+proto", "application/grpc+json",
		"application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json",
	}, mediaType)
	if err != nil || !isConnect && !framed {
		return "", false, unsupported("Content-Type is none of Connect, gRPC and gRPC-Web in Protobuf or JSON")
	}
	if err := httpedge.CheckCharset(contentType); err != nil {
		return "", false, err
	}
	if version := header.Get("Connect-Protocol-Version"); version != "" && version != "1" {
		return "", false, unsupported("Connect-Protocol-Version is none but 1")
	}
	for _, name := range []string{"Content-Encoding", "Grpc-Encoding"} {
		for _, coding := range header.Values(name) {
			if coding != "" && !strings.EqualFold(coding, "identity") {
				return "", false, unsupported(name + " is not supported")
			}
		}
	}
	return mediaType, framed, nil
}

func unsupported(reason string) error {
	e := domain.NewError(domain.UnsupportedMediaType, nil)
	e.Reason = reason
	return e
}

// presented returns the token that a request shows. It has one place: a second Authorization
// field is refused, since parties on the way may each have looked at another one (RFC 9110,
// section 5.3).
func presented(header http.Header) (auth.Credential, error) {
	fields := header.Values("Authorization")
	switch len(fields) {
	case 0:
		return auth.Credential{}, nil
	case 1:
	default:
		return auth.Credential{}, domain.InvalidPayloadError("access_token", "The request has more than one Authorization field")
	}
	if scheme, token, _ := strings.Cut(fields[0], " "); strings.EqualFold(scheme, "Session") && !strings.Contains(token, " ") {
		return auth.Credential{Cookie: token}, nil
	}
	return auth.Credential{Bearer: httpedge.Bearer(fields[0])}, nil
}

// frameHeader is how long what stands before a message in a frame is, in bytes: one of flags,
// four of the length.
const frameHeader = 5

// readBody puts a body in memory in the place of the one that is still under way.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, framed bool) error {
	most := int64(s.config.MaxBody)
	if framed {
		most += frameHeader
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, isTooLarge := errors.AsType[*http.MaxBytesError](err); isTooLarge {
		return domain.InvalidPayloadError("", "request entity too large")
	}
	if err != nil {
		return domain.InvalidPayloadError("", "the body did not arrive")
	}
	if framed {
		if err := checkFrame(body); err != nil {
			return err
		}
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// checkFrame refuses a body that is not one message in one frame, as it came.
func checkFrame(body []byte) error {
	switch {
	case len(body) >= frameHeader && body[0] == 1:
		return unsupported("the message is compressed")
	case len(body) < frameHeader, body[0] != 0, int64(binary.BigEndian.Uint32(body[1:])) != int64(len(body)-frameHeader):
		return domain.InvalidPayloadError("", "the body is not one message")
	}
	return nil
}
