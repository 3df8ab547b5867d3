package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// The paths of the pages.
const (
	profilePath = "/admin"
	loginPath   = "/admin/login"
	logoutPath  = "/admin/logout"
	forgotPath  = "/admin/forgot-password"
	resetPath   = "/admin/reset-password"
	invitePath  = "/admin/accept-invite"
	verifyPath  = "/admin/verify-email"
	confirmPath = "/admin/confirm-email"
	userPath    = "/admin/users/:id"

	elsewherePath = "/admin/sign-in-with"
	linkPath      = "/admin/link"
	unlinkPath    = "/admin/unlink"
)

// room is what a path leads to. A nil function is a method that it does not take.
type room struct {
	show func(*visit) error // GET and HEAD: changes nothing
	take func(*visit) error // POST of a form that this service has sent
}

func (h *Handler) allRooms() map[string]room {
	return map[string]room{
		profilePath:       {show: h.showProfile, take: h.takeProfile},
		profilePath + "/": {show: h.leadToProfile},
		loginPath:         {show: h.showLogin, take: h.takeLogin},
		logoutPath:        {take: h.takeLogout},
		forgotPath:        {show: h.showForgot, take: h.takeForgot},
		resetPath:         h.roomOf(h.resetLink()),
		invitePath:        h.roomOf(h.inviteLink()),
		verifyPath:        h.roomOf(h.verifyLink()),
		confirmPath:       h.roomOf(h.confirmLink()),
		userPath:          {show: h.leadToReady},
		elsewherePath:     {show: h.showElsewhere},
		linkPath:          {take: h.takeLink},
		unlinkPath:        {take: h.takeUnlink},
	}
}

// visit is one request and its answer.
type visit struct {
	w      http.ResponseWriter
	r      *http.Request
	client domain.Client
	texts  texts      // in the language of the answer
	form   url.Values // of a POST
}

// redirect answers a form that was taken, and leads from one page to another. Only paths of
// this package go in: nothing in a request says where it ends.
func (h *Handler) redirect(v *visit, to string) error {
	v.w.Header().Set("Location", h.base+to)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.protect(w.Header())
	v := &visit{w: w, r: r, client: h.config.Client(r), texts: h.textsFor(r.Header.Get("Accept-Language"))}
	if err := h.serve(v); err != nil {
		h.answerError(v, err)
	}
}

// serve returns an error only before it has answered.
func (h *Handler) serve(v *visit) (err error) {
	defer func() {
		if r := recover(); r != nil {
			h.config.Log.ErrorContext(v.r.Context(), "panic", "value", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = domain.NewError(domain.Internal, nil)
		}
	}()
	if a, ok := h.assets[v.r.URL.Path]; ok {
		return a.serve(v)
	}
	here, ok := h.rooms[roomPath(v.r.URL.Path)]
	if !ok {
		return domain.NewError(domain.RouteNotFound, nil)
	}
	switch {
	case here.show != nil && (v.r.Method == http.MethodGet || v.r.Method == http.MethodHead):
		return here.show(v)
	case here.take != nil && v.r.Method == http.MethodPost:
		if err := h.refuseCrossSite(v.r); err != nil {
			return err
		}
		if v.form, err = readForm(v.w, v.r); err != nil {
			return err
		}
		return here.take(v)
	}
	v.w.Header().Set("Allow", here.allowed())
	return domain.NewError(domain.MethodNotAllowed, nil)
}

// roomPath returns the path by which a room is known.
func roomPath(path string) string {
	id, found := strings.CutPrefix(path, "/admin/users/")
	if found && id != "" && !strings.Contains(id, "/") {
		return userPath
	}
	return path
}

// allowed is the value of the Allow header field (RFC 9110, section 10.2.1).
func (here room) allowed() string {
	switch {
	case here.take == nil:
		return "GET, HEAD"
	case here.show == nil:
		return "POST"
	}
	return "GET, HEAD, POST"
}
