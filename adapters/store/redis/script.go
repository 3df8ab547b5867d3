package redis

import (
	"embed"
	"fmt"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed lua
var sources embed.FS

// The flags of a script say when the server refuses it before its first command, so that
// none stops halfway (https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags).
const (
	// writes is of scripts that add something: not on a replica, nor when the memory is full.
	writes = "#!lua\n"
	// frees is of scripts that only delete, for which there is always room.
	frees = "#!lua flags=allow-oom\n"
	// reads is of scripts that change nothing.
	reads = "#!lua flags=no-writes\n"
)

// script is one operation of the server.
type script struct{ *goredis.Script }

// newScript returns the script in the named files, of which the first are what it has in
// common with others. The files are part of the program, so that a missing one is a mistake
// that every test finds.
func newScript(flags string, files ...string) script {
	source := flags
	for _, file := range files {
		text, err := sources.ReadFile("lua/" + file + ".lua")
		if err != nil {
			panic(fmt.Sprintf("redis: %v", err))
		}
		source += string(text)
	}
	return script{goredis.NewScript(source)}
}
