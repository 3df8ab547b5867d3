package fiberhttp

import (
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// levelOf keeps the lines apart that somebody should look at.
func levelOf(status int) slog.Level {
	if status >= fiber.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// requestAttrs describes a request that has been answered. The path goes without its
// query, which may hold a token.
func requestAttrs(c *fiber.Ctx, id string, took time.Duration, ip string) []slog.Attr {
	return []slog.Attr{
		slog.String("request_id", id),
		slog.String("method", strings.Clone(c.Method())),
		slog.String("path", requestPath(c)),
		slog.Int("status", c.Response().StatusCode()),
		slog.Duration("took", took),
		slog.String("ip", ip),
	}
}

// requestPath returns the path as it came, which is what routes are matched with: neither
// decoded nor with double slashes and dots taken out.
func requestPath(c *fiber.Ctx) string { return string(c.Request().URI().PathOriginal()) }
