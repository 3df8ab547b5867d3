package archtest

import "testing"

func TestModulesAreDocumented(t *testing.T) {
	modules := []Module{{Path: "core"}, {Path: "adapters/token/jwt"}}
	const page = "| [core](../core) | rules |\n| [adapters/token/jwt](../adapters/token/jwt) | tokens |\n| [port](../core/port) | ports |\n"
	wants(t, modulesAreDocumented(modules, page), "")
	wants(t, modulesAreDocumented(modules, page+page), "core has 2 rows")
	wants(t, modulesAreDocumented(append(modules, Module{Path: "adapters/transport/soap"}), page), "adapters/transport/soap has 0 rows")
	wants(t, modulesAreDocumented(modules[:1], page), "adapters/token/jwt stands among the modules of docs/architecture.md and is none")
}
