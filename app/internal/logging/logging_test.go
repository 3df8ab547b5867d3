package logging_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/app/internal/logging"
)

func TestNew(t *testing.T) {
	t.Run("raw writes one JSON object a line", func(t *testing.T) {
		var b strings.Builder
		log := logging.New(&b, logging.Options{Level: "trace"})
		log.Info("started", "port", 8055)
		log.Log(t.Context(), logging.LevelTrace, "detail")

		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if len(lines) != 2 {
			t.Fatalf("got %d lines, want 2: %q", len(lines), lines)
		}
		first, second := object(t, lines[0]), object(t, lines[1])
		if first["level"] != "INFO" || first["msg"] != "started" || first["port"] != 8055.0 || first["time"] == nil {
			t.Errorf("got %v", first)
		}
		if second["level"] != "TRACE" {
			t.Errorf("got level %v, want TRACE", second["level"])
		}
	})
	t.Run("pretty writes colours only where asked", func(t *testing.T) {
		for _, color := range []bool{false, true} {
			var b strings.Builder
			logging.New(&b, logging.Options{Level: "info", Pretty: true, Color: color}).Error("broken", "port", 8055)
			if got := strings.Contains(b.String(), "\x1b["); got != color {
				t.Errorf("color %v: got %q", color, b.String())
			}
			if !strings.Contains(b.String(), "broken") || !strings.Contains(b.String(), "8055") {
				t.Errorf("got %q, want message and attribute", b.String())
			}
		}
	})
	t.Run("writes what is at least of the level", func(t *testing.T) {
		levels := []slog.Level{logging.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, logging.LevelFatal}
		for i, name := range []string{"trace", "debug", "info", "warn", "error", "fatal", "silent"} {
			for _, pretty := range []bool{false, true} {
				var b strings.Builder
				log := logging.New(&b, logging.Options{Level: name, Pretty: pretty})
				for _, level := range levels {
					log.Log(t.Context(), level, "line")
				}
				if got, want := strings.Count(b.String(), "line"), len(levels)-i; got != want {
					t.Errorf("%s, pretty %v: got %d lines, want %d", name, pretty, got, want)
				}
			}
		}
	})
}

func object(t *testing.T, line string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return o
}

func TestNew_DurationsHaveAUnit(t *testing.T) {
	var out strings.Builder
	logging.New(&out, logging.Options{}).Info("request", "took", 1500*time.Microsecond)
	if !strings.Contains(out.String(), `"took":"1.5ms"`) {
		t.Errorf("got %s, want a duration of 1.5ms", out.String())
	}
}

func TestEmptyAttributes(t *testing.T) {
	for pretty, want := range map[bool]bool{true: false, false: true} {
		var b strings.Builder
		logging.New(&b, logging.Options{Pretty: pretty}).Info("audit", "actor", "", "subject", "ann")
		if got := strings.Contains(b.String(), "actor"); got != want || !strings.Contains(b.String(), "ann") {
			t.Errorf("pretty %t: got %s", pretty, b.String())
		}
	}
}
