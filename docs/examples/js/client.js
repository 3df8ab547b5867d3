import { authentication, createDirectus, rest } from '@directus/sdk';

import { fetchWithCookies } from './cookies.js';

/** Where the service is, and an administrator of it. */
export const service = {
	url: process.env.SALLYPORT_URL ?? 'http://127.0.0.1:8055',
	email: process.env.SALLYPORT_EMAIL ?? 'admin@example.com',
	password: process.env.SALLYPORT_PASSWORD,
	mailbox: process.env.SALLYPORT_MAILBOX,
	provider: process.env.SALLYPORT_PROVIDER,
};

/**
 * Returns a client of the SDK, as an application has it.
 *
 * mode says where the tokens are: "json" in answers, for what is no browser; "cookie" has the
 * refresh token in a cookie; "session" has nothing but a cookie. The SDK keeps the rest by
 * itself, in memory or in the storage that is among the options.
 *
 * @param {'json' | 'cookie' | 'session'} mode
 * @param {Partial<import('@directus/sdk').AuthenticationConfig>} options
 * @param {Map} cookies where the cookies are kept; a browser has a place of its own for them
 */
export function connect(mode, options = {}, cookies = new Map()) {
	// A browser needs no such fetch, but "credentials", which says nothing to Node.
	const globals = mode === 'json' ? {} : { fetch: fetchWithCookies(cookies) };
	return createDirectus(service.url, { globals })
		.with(authentication(mode, { credentials: 'include', autoRefresh: false, ...options }))
		.with(rest({ credentials: 'include' }));
}
