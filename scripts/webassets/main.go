// Webassets fetches the scripts and styles of the explorer, GraphiQL and Swagger UI, into
// adapters/transport/explorer/vendored, in pinned versions of the npm registry, compressed, and
// with their licences:
//
//	go run ./scripts/webassets
//
// Run it after a change of a version below, and commit the result. It needs npm. A package whose
// SHA-512 is not the pinned one is refused. SHA256SUMS is of what the files hold before they are
// compressed; a test of the explorer compares.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/sallyport-auth/sallyport/scripts/workspace"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "webassets:", err)
		os.Exit(1)
	}
}

// asset is a file of a package, under the name that it gets here.
type asset struct {
	from, name string
	change     func([]byte) ([]byte, error) // nil leaves it as it is
}

// source is a package of the npm registry. Integrity is as the registry states it (Subresource
// Integrity): sha512- and base64.
type source struct {
	name, version, integrity string
	assets                   []asset
	licences                 []asset // kept beside the assets, and in no binary
}

func sources() []source {
	return []source{
		{
			name: "graphiql", version: "3.9.0",
			integrity: "sha512-rJYFlHdBbug9+YbFSwRVvgfPjCayC7wHecZkx/qB4XLuQPFQZw/yB9pmHFtOJV6RiNBBHro3u1GdocKa3YcGRA==",
			assets:    []asset{{"graphiql.min.js", "graphiql.js", withoutSourceMap}, {"graphiql.min.css", "graphiql.css", withoutFonts}},
			licences:  []asset{{from: "LICENSE", name: "graphiql.LICENSE"}},
		},
		{
			name: "react", version: "18.3.1",
			integrity: "sha512-wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
			assets:    []asset{{from: "umd/react.production.min.js", name: "react.js"}},
			licences:  []asset{{from: "LICENSE", name: "react.LICENSE"}},
		},
		{
			name: "react-dom", version: "18.3.1",
			integrity: "sha512-5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
			assets:    []asset{{from: "umd/react-dom.production.min.js", name: "react-dom.js"}},
			licences:  []asset{{from: "LICENSE", name: "react-dom.LICENSE"}},
		},
		{
			name: "swagger-ui-dist", version: "5.35.0",
			integrity: "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
			assets:    []asset{{from: "swagger-ui-bundle.js", name: "swagger-ui.js"}, {from: "swagger-ui.css", name: "swagger-ui.css"}},
			licences: []asset{
				{from: "LICENSE", name: "swagger-ui.LICENSE"},
				{from: "NOTICE", name: "swagger-ui.NOTICE"},
				{from: "swagger-ui-bundle.js.LICENSE.txt", name: "swagger-ui-bundle.LICENSE"},
			},
		},
	}
}

func run(ctx context.Context) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "webassets")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	target := filepath.Join(root, "adapters", "transport", "explorer", "vendored")
	var sums []string
	for _, s := range sources() {
		fmt.Printf("%s %s\n", s.name, s.version)
		tarball, err := fetch(ctx, work, s)
		if err != nil {
			return err
		}
		lines, err := s.unpack(tarball, target)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		sums = append(sums, lines...)
	}
	slices.Sort(sums)
	return os.WriteFile(filepath.Join(target, "SHA256SUMS"), []byte(joined(sums)), 0o644)
}

// withoutSourceMap drops the last line, which names a file that is not here: a browser whose
// developer tools are open would ask for it.
func withoutSourceMap(content []byte) ([]byte, error) {
	at := bytes.LastIndex(content, []byte("# sourceMappingURL="))
	if at < 2 {
		return nil, errors.New("no source map is named")
	}
	return append(bytes.TrimSpace(content[:at-2]), '\n'), nil
}

// withoutFonts drops the fonts that a style sheet embeds, which are nine tenths of it. Texts are
// then in the fonts of the system, which the sheet names behind its own.
func withoutFonts(content []byte) ([]byte, error) {
	const rule = "@font-face{"
	var kept []byte
	for {
		before, behind, found := bytes.Cut(content, []byte(rule))
		kept = append(kept, before...)
		if !found {
			break
		}
		end := bytes.IndexByte(behind, '}')
		if end < 0 {
			return nil, errors.New("a font has no end")
		}
		content = behind[end+1:]
	}
	if bytes.Contains(kept, []byte("data:font")) {
		return nil, errors.New("there is a font still")
	}
	return kept, nil
}
