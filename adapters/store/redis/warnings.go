package redis

import (
	"context"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// Warnings returns what an operator should know about how the server is set up, each with
// what to do about it: that it may lose what it has acknowledged, that it may drop sessions
// or limits when its memory is full, that it is a replica. A server that does not tell how it
// is set up is worth a warning, too; an error is one that does not answer.
func (s *Store) Warnings(ctx context.Context) ([]string, error) {
	var found []string
	err := s.server.call(ctx, "look at the server's settings", func(ctx context.Context) error {
		role, err := s.role(ctx)
		if err != nil {
			return err
		}
		settings, err := s.settings(ctx)
		if err != nil {
			return err
		}
		found = append(warningsOfRole(role), warningsOfSettings(settings)...)
		return nil
	})
	return found, err
}

// role returns "master" or "slave", in the server's words, or "" when it does not tell.
func (s *Store) role(ctx context.Context) (string, error) {
	hello, err := s.hello(ctx)
	return hello["role"], err
}

// settings returns what the server says of itself, or nothing when it does not tell.
func (s *Store) settings(ctx context.Context) (map[string]string, error) {
	return await(ctx, func(ctx context.Context) (map[string]string, error) {
		answer, err := s.server.client.Do(ctx, "CONFIG", "GET",
			"appendonly", "appendfsync", "maxmemory", "maxmemory-policy").Slice()
		if refused(err) {
			return nil, nil
		}
		return pairs(answer), err
	})
}

// refused reports whether the server answered that it does not do what it was asked.
func refused(err error) bool {
	return goredis.HasErrorPrefix(err, "NOPERM") || goredis.HasErrorPrefix(err, "ERR unknown")
}

func warningsOfRole(role string) []string {
	if role != "" && role != "master" {
		return []string{"the server is a replica, which takes no writes: name the primary"}
	}
	return nil
}

func warningsOfSettings(settings map[string]string) []string {
	if len(settings) == 0 {
		return []string{"the server does not tell its settings (CONFIG GET), so they could not be checked: " +
			"it should have appendonly yes, appendfsync always and maxmemory-policy noeviction"}
	}
	var found []string
	switch {
	case settings["appendonly"] != "yes":
		found = append(found, "the server keeps no append-only file: a crash loses sessions and limits since the last snapshot, "+
			"and may bring spent tokens back; set appendonly yes and appendfsync always")
	case settings["appendfsync"] != "always":
		found = append(found, fmt.Sprintf("the server acknowledges before it has written to its disk (appendfsync %s): "+
			"a power cut loses what was acknowledged last, and may bring spent tokens back; set appendfsync always",
			settings["appendfsync"]))
	}
	if policy := settings["maxmemory-policy"]; settings["maxmemory"] != "0" && !strings.EqualFold(policy, "noeviction") {
		found = append(found, fmt.Sprintf("the server drops keys when its memory is full (maxmemory-policy %s): "+
			"users would be logged out and limits forgotten; set maxmemory-policy noeviction", policy))
	}
	return found
}
