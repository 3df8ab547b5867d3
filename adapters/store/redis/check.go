package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// check makes sure that the server can be used.
func (s *Store) check(ctx context.Context) error {
	hello, err := s.hello(ctx)
	if err != nil {
		return err
	}
	switch mode := hello["mode"]; mode {
	case "cluster":
		return errors.New("the server is a node of a Redis Cluster, whose nodes each have a part of the keys: name a server that has all")
	case "sentinel":
		return errors.New("the server is a Sentinel, which holds no keys: name the server that it watches over")
	}
	if version, told := hello["version"]; told && major(version) < oldest {
		return fmt.Errorf("the server is %s %s: want Redis %d or later, or Valkey", hello["server"], hello["version"], oldest)
	}
	_, err = s.server.count(ctx, s.ping)
	return err
}

// oldest is the first version whose scripts have flags.
const oldest = 7

// major returns 7 of "7.2.4", and 0 of what is no version.
func major(version string) int {
	first, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return n
}

// hello returns how the server introduces itself, or nothing when it does not, since the
// account may be allowed what it needs only.
func (s *Store) hello(ctx context.Context) (map[string]string, error) {
	return await(ctx, func(ctx context.Context) (map[string]string, error) {
		answer, err := s.server.client.Do(ctx, "HELLO").Slice()
		if refused(err) {
			return nil, nil
		}
		return pairs(answer), err
	})
}

// pairs reads a list of names and values in turn, of which those that are texts are returned.
func pairs(list []any) map[string]string {
	found := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		name, ok := list[i].(string)
		if value, also := list[i+1].(string); ok && also {
			found[name] = value
		}
	}
	return found
}
