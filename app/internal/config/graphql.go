package config

import (
	"slices"
	"strings"
)

// GraphQL holds what GraphQL allows. SingleUse is empty for off.
type GraphQL struct {
	Introspection bool     `env:"GRAPHQL_INTROSPECTION" envDefault:"true" doc:"Whether the GraphQL schema is shown to whoever asks for it, as tools and the page at /graphql do."`
	SingleUse     []string `env:"GRAPHQL_SINGLE_USE_MUTATIONS" envDefault:"auth_login,auth_refresh,auth_logout,auth_password_request,auth_password_reset,auth_oauth_token" doc:"The GraphQL mutations of which one operation may hold one only, all of them counted together, so that aliases make no more guesses than requests. off for none: each then counts in the limits on attempts by itself."`
}

// GraphQLMutations returns the names that GRAPHQL_SINGLE_USE_MUTATIONS may hold.
func GraphQLMutations() []string {
	return []string{
		"auth_login", "auth_refresh", "auth_logout", "auth_password_request", "auth_password_reset", "auth_oauth_token",
		"update_users_me", "create_users_item", "create_users_items", "update_users_item", "update_users_items",
		"update_users_batch", "delete_users_item", "delete_users_items",
		"delete_sessions_item", "delete_other_sessions", "delete_auth_identities",
		"create_roles_item", "update_roles_item", "delete_roles_item",
		"create_permissions_item", "update_permissions_item", "delete_permissions_item",
		"users_me_tfa_generate", "users_me_tfa_enable", "users_me_tfa_disable", "users_me_tfa_recovery_codes", "users_tfa_disable",
		"users_invite", "users_invite_accept", "users_register", "users_register_verify", "users_me_email_confirm",
	}
}

func (l *loader) checkGraphQL(g *GraphQL) {
	const name = "GRAPHQL_SINGLE_USE_MUTATIONS"
	if len(g.SingleUse) == 1 && strings.EqualFold(g.SingleUse[0], "off") {
		g.SingleUse = []string{}
		return
	}
	for _, mutation := range g.SingleUse {
		if !slices.Contains(GraphQLMutations(), mutation) {
			l.mistake(name, l.shownValue(name, mutation)+" is no mutation", "write off, or a list of "+choice(GraphQLMutations(), "and"))
		}
	}
}
