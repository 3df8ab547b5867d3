package server

import (
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/redis/redistest"
)

func TestServeWarnsOfARedisThatForgets(t *testing.T) {
	const warning = "Redis: the server keeps no append-only file"
	for name, test := range map[string]struct {
		settings []string
		names    []string // of the settings that name the server
		want     int
	}{
		"once where one keeps both":      {nil, []string{"REDIS", "SESSIONS_URL"}, 1},
		"where it keeps limits":          {nil, []string{"REDIS"}, 1},
		"not of one that keeps it all":   {redistest.Durable(), []string{"SESSIONS_URL"}, 0},
		"not of one that nothing is for": {nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var environ []string
			url := redistest.Start(t, test.settings...).URL()
			for _, name := range test.names {
				environ = append(environ, name+"="+url)
			}
			if log := served(t, configured(t, t.TempDir(), environ...)); strings.Count(log, warning) != test.want {
				t.Errorf("want it %d times in\n%s", test.want, log)
			}
		})
	}
}
