package contract

import "slices"

// CaseInfo says what a case of the outbound kit is about.
type CaseInfo struct {
	ID   string
	Rule string
	Port string // the interface of package port that promises it
}

// AllCases returns every case of the outbound kit, in the order of the ports.
func AllCases() []CaseInfo {
	return slices.Concat(
		infos("Users", UsersCases()),
		infos("Roles", RolesCases()),
		infos("Permissions", PermissionsCases()),
		infos("Identities", IdentitiesCases()),
		infos("OneTimeTokens", OneTimeTokensCases()),
		infos("MailQueue", MailQueueCases()),
		infos("Sessions", SessionsCases()),
		infos("RateLimiter", LimiterCases()),
		infos("Events", EventsCases()),
		infos("SigningKeys", SigningKeysCases()),
		infos("UnitOfWork", UnitOfWorkCases()),
		infos("Store", storeOwnCases()),
		infos("PasswordHasher", HasherCases()),
		infos("PasswordChecker", PasswordCheckerCases()),
		infos("TokenIssuer", issuerCases()),
		infos("TokenIssuer", issuerMethods().cancelled()),
		infos("AssertionIssuer", assertionCases()),
		infos("AssertionIssuer", asserterMethods().cancelled()),
		infos("TokenVerifier", verifierExpiryCases()),
		infos("TokenVerifier", verifierForgeryCases()),
		infos("TokenVerifier", verifierMethods().cancelled()),
		infos("Mailer", MailerCases()),
		infos("MailComposer", ComposerCases()),
		infos("OAuthProvider", OAuthProviderCases()),
		infos("OAuthProvider", OpenIDCases()),
		infos("Clock", ClockCases()),
	)
}

func infos[P any](port string, cases []Case[P]) []CaseInfo {
	list := make([]CaseInfo, len(cases))
	for i, c := range cases {
		list[i] = CaseInfo{ID: c.ID, Rule: c.Rule, Port: port}
	}
	return list
}
