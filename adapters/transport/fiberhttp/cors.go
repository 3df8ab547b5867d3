package fiberhttp

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// CORS says which other origins' pages browsers let read answers (Fetch, "CORS protocol"). The
// zero value is none, and answers say nothing of it. Of mounts, only those that say so are part
// of it: what others answer is for pages of our own.
type CORS struct {
	// Origins are compared byte by byte with what a browser sends, so each is as a browser
	// writes it (RFC 6454, section 6.2): "https://app.example.com", in lower case, without a
	// slash, and without the port that is the scheme's own.
	Origins []string

	// Credentials lets the pages send cookies, and see what is answered to them. The origins
	// are then as good as our own: see refuseCrossSite.
	Credentials bool

	Methods        []string      // that the pages may use besides those of a form
	AllowedHeaders []string      // fields that they may send
	ExposedHeaders []string      // fields that they may read
	MaxAge         time.Duration // that browsers may go without asking again
}

// check refuses what is no origin, and what stands for more than one. It repeats no entry.
func (k CORS) check() error {
	for i, origin := range k.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.Contains(origin, "*") {
			return fmt.Errorf("fiberhttp: entry %d of CORS.Origins is no origin as browsers write it", i+1)
		}
	}
	return nil
}

func (k CORS) lists(origin string) bool { return slices.Contains(k.Origins, origin) }

// Trusts reports whether the pages of origin may act by the cookies of who looks at them.
func (k CORS) Trusts(origin string) bool { return k.Credentials && k.lists(origin) }

// share says whether the page that made the request may read the answer. Every answer says that
// it differs by origin, also to those that are not on the list, or a cache would hand theirs
// to one that is.
func (s *Server) share(c *fiber.Ctx) {
	cors := s.config.CORS
	if len(cors.Origins) == 0 {
		return
	}
	c.Vary(fiber.HeaderOrigin)
	origin := c.Get(fiber.HeaderOrigin)
	if !cors.lists(origin) {
		return
	}
	c.Set(fiber.HeaderAccessControlAllowOrigin, origin)
	if cors.Credentials {
		c.Set(fiber.HeaderAccessControlAllowCredentials, "true")
	}
	if !s.isPreflight(c) {
		setList(c, fiber.HeaderAccessControlExposeHeaders, cors.ExposedHeaders)
	}
}

// answerPreflight answers what a browser asks before it sends a request that a form could not
// make. It carries no token, so this comes before anything looks for one. Who is not on the list
// gets the same answer without permission.
func (s *Server) answerPreflight(c *fiber.Ctx) error {
	if !s.isPreflight(c) {
		return c.Next()
	}
	cors := s.config.CORS
	if cors.lists(c.Get(fiber.HeaderOrigin)) {
		setList(c, fiber.HeaderAccessControlAllowMethods, cors.Methods)
		setList(c, fiber.HeaderAccessControlAllowHeaders, cors.AllowedHeaders)
		c.Set(fiber.HeaderAccessControlMaxAge, strconv.FormatInt(int64(cors.MaxAge.Seconds()), 10))
	}
	return answerNothing(c)
}

// isPreflight reports whether a browser asks what a page may send. Without CORS there is nothing
// to ask.
func (s *Server) isPreflight(c *fiber.Ctx) bool {
	return len(s.config.CORS.Origins) > 0 &&
		c.Method() == fiber.MethodOptions && c.Get(fiber.HeaderOrigin) != "" && c.Get(fiber.HeaderAccessControlRequestMethod) != ""
}

func setList(c *fiber.Ctx, field string, list []string) {
	if len(list) > 0 {
		c.Set(field, strings.Join(list, ","))
	}
}
