package sqlite

import (
	"io/fs"
	"testing"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore/migration"
)

func TestReleasedMigrationsNeverChange(t *testing.T) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	err = migration.Unchanged(files, map[string]string{
		"00001_users.sql":           "e12802c6f6c9173135e3b25a211ff513060150f1aff141b9cb7f14453cf90e69",
		"00002_sessions.sql":        "1e75defc9b4989f3cf68b00976f8ab7277756c64ef46f52bd32d0a00f3f057f4",
		"00003_rate_limits.sql":     "95fa4957428fddfd51bd4d3c2b31eec8ec473dd39c0248a286bcd8d33e4e15ca",
		"00004_events.sql":          "23ba73123946e17d7358f04a3cbfaa360997fdaecf85ea2c825b7eb5c086576f",
		"00005_one_time_tokens.sql": "485ac52dfe8173465d4285ac5bb3381635f9e68c109b7133a6c37442fddae9eb",
		"00006_letters.sql":         "5a57c6728d907922ca3a14ab85ddf4e003f9884fe34a11b20be503065d082a98",
		"00007_signing_keys.sql":    "57b205f44c5fb9a033e469e2023d027cfb82e36742d6ba5bb8bc12bdc07fe22a",
		"00008_user_lookups.sql":    "0529530ee7f345e3f978ff9ef9332fc8f755dca84a8549de958b17fdea104877",
		"00009_event_lookups.sql":   "cbbbb6cc72db7df28bb7a5b5f8b9dc5fbdaed6d5401258401cfaeb49d49b79d6",
		"00010_identities.sql":      "7e7d5b9fa3bdcf1bbe53b62054ae9fd95b3ab237016e6df5f8d1f0c1e13b3ad5",
		"00011_second_factor.sql":   "ab9a801bc0e44de4c89c568f52284bfd82d8d0406f6bea1710161a566e0877b8",
		"00012_permissions.sql":     "f0c094a1a1124e0d2a7a45d0bc9b2445adeba57a92f4c3a5421dad44474cd1d8",
	})
	if err != nil {
		t.Error(err)
	}
}
