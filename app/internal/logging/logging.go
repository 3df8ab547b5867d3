// Package logging makes the logger of the service: JSON lines for machines, coloured text
// for people. Log lines go where the caller says, which is standard error: standard output
// is for the banner and for what commands print.
package logging

import (
	"io"
	"log/slog"

	"github.com/lmittmann/tint"
)

// The levels that slog has no name for.
const (
	LevelTrace = slog.LevelDebug - 4
	LevelFatal = slog.LevelError + 4
)

// levelSilent is above every level there is.
const levelSilent = LevelFatal + 1

// Options says what is written, and how.
type Options struct {
	Level  string // trace, debug, info, warn, error, fatal or silent; any other is info
	Pretty bool   // text for people; otherwise one JSON object a line
	Color  bool   // only where Pretty
}

// New returns a logger that writes to w, and is safe for concurrent use.
func New(w io.Writer, o Options) *slog.Logger {
	level := parseLevel(o.Level)
	switch {
	case level == levelSilent:
		return slog.New(slog.DiscardHandler)
	case o.Pretty:
		return slog.New(tint.NewTextHandler(w, &tint.Options{Level: level, NoColor: !o.Color, TimeFormat: "15:04:05.000", ReplaceAttr: withoutEmpty}))
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: readable}))
}

func parseLevel(name string) slog.Level {
	switch name {
	case "trace":
		return LevelTrace
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	case "fatal":
		return LevelFatal
	case "silent":
		return levelSilent
	}
	return slog.LevelInfo
}

// withoutEmpty leaves out what says nothing to people. Machines get every attribute.
func withoutEmpty(_ []string, a slog.Attr) slog.Attr {
	if a.Key != slog.MessageKey && a.Value.Resolve().String() == "" {
		return slog.Attr{}
	}
	return a
}

// readable writes durations with their unit, as "1.5s", and the levels that slog would call
// DEBUG-4 and ERROR+4 by their names.
func readable(groups []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	if len(groups) > 0 || a.Key != slog.LevelKey {
		return a
	}
	switch a.Value.Any() {
	case LevelTrace:
		a.Value = slog.StringValue("TRACE")
	case LevelFatal:
		a.Value = slog.StringValue("FATAL")
	}
	return a
}
