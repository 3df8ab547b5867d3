package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sallyport-auth/sallyport/core/contract"
)

const head = `# Ports

<!-- Made from core/port and core/contract by: go run ./scripts/portsdoc > docs/ports.md -->

A port is a Go interface in [core/port](../core/port): what the core needs from the world outside.
Each sentence of its doc comments is a promise, each promise is checked by cases of the contract kit in
[core/contract](../core/contract), and for each case there is a planted fault in
[core/contract/faulty](../core/contract/faulty) that it has to catch. The ID of a case is permanent. It is also
the name of the subtest, so this runs one of them:

` + "```sh" + `
go test ./adapters/store/sqlite -run 'TestContract/sessions/rotate/one-winner'
` + "```" + `

How to hold an adapter of your own to the kit: [adding an adapter](adding-an-adapter.md).
`

// kit is a function of package contract that holds an adapter to one port or several.
type kit struct {
	name  string
	holds string
	cases int
}

func kits() []kit {
	return []kit{
		{"RunStore", "a whole `Store`: users, roles, permissions, identities, sessions, limiter, events, signing keys and units of work", len(contract.StoreCases())},
		{"RunUsers", "`Users` alone", len(contract.UsersCases())},
		{"RunRoles", "`Roles` alone", len(contract.RolesCases())},
		{"RunPermissions", "`Permissions` alone", len(contract.PermissionsCases())},
		{"RunIdentities", "`Identities` alone", len(contract.IdentitiesCases())},
		{"RunSessions", "`Sessions` alone", len(contract.SessionsCases())},
		{"RunLimiter", "`RateLimiter` alone", len(contract.LimiterCases())},
		{"RunEvents", "`Events` alone", len(contract.EventsCases())},
		{"RunSigningKeys", "`SigningKeys` alone", len(contract.SigningKeysCases())},
		{"RunUnitOfWork", "`UnitOfWork` of a `Store`", len(contract.UnitOfWorkCases())},
		{"RunOneTimeTokens", "`OneTimeTokens` alone", len(contract.OneTimeTokensCases())},
		{"RunMailQueue", "`MailQueue` alone", len(contract.MailQueueCases())},
		{"RunMailer", "`Mailer`", len(contract.MailerCases())},
		{"RunComposer", "`MailComposer`", len(contract.ComposerCases())},
		{"RunHasher", "`PasswordHasher`", len(contract.HasherCases())},
		{"RunPasswordChecker", "`PasswordChecker`", len(contract.PasswordCheckerCases())},
		{"RunTokens", "`TokenIssuer`, `TokenVerifier` and `AssertionIssuer` together", len(contract.TokensCases())},
		{"RunOAuthProvider", "`OAuthProvider` without ID tokens", len(contract.OAuthProviderCases())},
		{"RunOpenIDProvider", "`OAuthProvider` with ID tokens", len(contract.OAuthProviderCases()) + len(contract.OpenIDCases())},
		{"RunClock", "`Clock`", len(contract.ClockCases())},
		{"RunTransport", "a transport, from outside: see [the inbound kit](#the-inbound-kit)", len(contract.TransportCases())},
	}
}

// render writes the page. Every port has to have a case, and every case a port.
// faults holds, by the ID of a case, the names of those that it has to catch.
func render(s source, cases, stories []contract.CaseInfo, faults map[string][]string) (string, error) {
	order := portOrder(cases)
	for _, p := range s.ports {
		if !slices.Contains(order, p.name) {
			return "", fmt.Errorf("port %s has no case", p.name)
		}
	}
	var b strings.Builder
	b.WriteString(head)
	writeKits(&b)
	fmt.Fprintf(&b, "\n## Rules for every port\n\n%s\n\n", withoutTitle(s.rules))
	b.WriteString("The errors that callers tell apart:\n\n| Error | It says |\n| --- | --- |\n")
	for _, e := range s.sentinels {
		fmt.Fprintf(&b, "| `port.%s` | %s |\n", e.name, cell(e.meaning))
	}
	for _, name := range order {
		at := slices.IndexFunc(s.ports, func(p portDoc) bool { return p.name == name })
		if at < 0 {
			return "", fmt.Errorf("cases name port %s, which package port does not have", name)
		}
		writePort(&b, s.ports[at], s.recordsOf(s.ports[at]), of(name, cases), faults)
	}
	b.WriteString("\n## The inbound kit\n\n" + inbound)
	b.WriteString("| Story | What has to hold |\n| --- | --- |\n")
	for _, c := range stories {
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.ID, cell(c.Rule))
	}
	return b.String(), nil
}

const inbound = `The ports above are what the core asks for. What it offers is one more interface, ` + "`auth.API`" + ` in
[core/auth/api.go](../core/auth/api.go), and transports drive it. The inbound kit tells each transport the
same stories through a small ` + "`contract.Client`" + `, with nothing of the wire in sight, and looks at what a
caller sees. It runs against ` + "`*auth.Service`" + ` without any transport, against REST over a real listener, and
against the assembled program.

`

func writeKits(b *strings.Builder) {
	b.WriteString("\n| Kit of `contract` | Holds to its word | Cases |\n| --- | --- | --- |\n")
	for _, k := range kits() {
		fmt.Fprintf(b, "| `%s` | %s | %d |\n", k.name, k.holds, k.cases)
	}
}

func writePort(b *strings.Builder, p portDoc, records []record, cases []contract.CaseInfo, faults map[string][]string) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\nIn [core/port/%s](../core/port/%[3]s); %d cases.\n", p.name, p.intro, p.file, len(cases))
	for _, r := range records {
		fmt.Fprintf(b, "\n%s\n\n```go\n%s\n```\n", r.intro, r.code)
	}
	for _, m := range p.methods {
		fmt.Fprintf(b, "\n```go\n%s\n```\n", m.signature)
		if m.promise != "" {
			fmt.Fprintf(b, "\n%s\n", m.promise)
		}
	}
	b.WriteString("\n| Promise | Cases | Faults that they catch |\n| --- | --- | --- |\n")
	for _, rule := range rulesOf(cases) {
		fmt.Fprintf(b, "| %s | `%s` | %s |\n", cell(rule.text), strings.Join(rule.ids, "`<br>`"), strings.Join(rule.caught(faults), ", "))
	}
}

// recordsOf returns the structs that are declared beside p, with the first port of a file
// only, and those of a file without a port with the port whose methods name one of them.
func (s source) recordsOf(p portDoc) []record {
	var list []record
	for _, r := range s.records {
		switch first := s.firstPortOf(r.file); {
		case first == p.name:
			list = append(list, r)
		case first == "" && s.names(p, r.file):
			list = append(list, r)
		}
	}
	return list
}

// firstPortOf returns the first by name of the ports in a file; "" where there is none.
func (s source) firstPortOf(file string) string {
	var first string
	for _, p := range s.ports {
		if p.file == file && (first == "" || p.name < first) {
			first = p.name
		}
	}
	return first
}

// names reports whether a method of p takes or returns a struct of the file.
func (s source) names(p portDoc, file string) bool {
	for _, r := range s.records {
		named := regexp.MustCompile(`\b` + r.name + `\b`)
		if r.file == file && slices.ContainsFunc(p.methods, func(m methodDoc) bool { return named.MatchString(m.signature) }) {
			return true
		}
	}
	return false
}

// rule is a promise and the cases that check it.
type rule struct {
	text string
	ids  []string
}

// caught returns the faults that the cases of the rule have to catch, each once.
func (r rule) caught(faults map[string][]string) []string {
	var names []string
	for _, id := range r.ids {
		for _, name := range faults[id] {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// rulesOf groups cases by what they check, in the order in which rules first appear.
func rulesOf(cases []contract.CaseInfo) []rule {
	var rules []rule
	for _, c := range cases {
		at := slices.IndexFunc(rules, func(r rule) bool { return r.text == c.Rule })
		if at < 0 {
			at = len(rules)
			rules = append(rules, rule{text: c.Rule})
		}
		rules[at].ids = append(rules[at].ids, c.ID)
	}
	return rules
}

func portOrder(cases []contract.CaseInfo) []string {
	var names []string
	for _, c := range cases {
		if !slices.Contains(names, c.Port) {
			names = append(names, c.Port)
		}
	}
	return names
}

func of(port string, cases []contract.CaseInfo) []contract.CaseInfo {
	return slices.DeleteFunc(slices.Clone(cases), func(c contract.CaseInfo) bool { return c.Port != port })
}

// withoutTitle drops the paragraphs that say what the package is and what the list is.
func withoutTitle(rules string) string {
	at := strings.Index(rules, "\n  - ")
	return strings.TrimSpace(strings.ReplaceAll(rules[max(at, 0):], "\n  - ", "\n- "))
}

// cell is text that stays in its cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "\n", " ").Replace(text)
}
