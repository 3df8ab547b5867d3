package postgres

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
		"00001_users.sql":           "d99f1fef1ddd437261d9d963d3f3d426c96da4406c28dffdb7ecafc63c575436",
		"00002_sessions.sql":        "8f5865757e378a11fbca7b4e530fd7753b82d81946be63f3d418788b170bd40e",
		"00003_rate_limits.sql":     "23dc657241c595ae81685e0e93b42190da40d2b4e29068839d7c22770a7b8ef3",
		"00004_events.sql":          "932665953368c05f6a939dbe7607db8d5673af5d419a57529710c462d4355918",
		"00005_one_time_tokens.sql": "2d30f02baebcc36013351b848aeba4ff0690e03cf70c4f8db7d204d856a31f92",
		"00006_letters.sql":         "dfca969e066145651a0cbca3096df7e9a3ec7c5b202561a5c713cb228c7e4af3",
		"00007_signing_keys.sql":    "0a54d6b86c4b855dce7cb1337300f4ab65030491bd318d3f3e3f14aca3ef3375",
		"00008_user_lookups.sql":    "62ea84c9f6381b16dcfc338622e113e35d700311c63f08f5d18dfddb4f138fba",
		"00009_event_lookups.sql":   "ccddaf10fe8539bab44949f8a5267d8cd8ae77d2b05ba6bde820884b9651bd3d",
		"00010_identities.sql":      "2a7c51aa9ab820c5f1746011143802112e682562ad71709d6b66ab12eea3e78b",
		"00011_second_factor.sql":   "3c356f268edfb601f72f828ce3d45705dac104f93a2d959e2ed965cab4beac4c",
		"00012_permissions.sql":     "5efbd47878b51eed6bff84073bf6a5634bd64a9ed7191abb21307b9011be1cf8",
	})
	if err != nil {
		t.Error(err)
	}
}
