// A browser keeps cookies by itself. Node's fetch does not, so that modes "cookie" and
// "session" need these lines there.

/**
 * Returns the fetch of the platform with cookies: it keeps what one server sets, for as long
 * as the server said, and sends it back to that server. It is for one server alone.
 *
 * @param {Map<string, {value: string, ends: number}>} kept where the cookies are kept
 */
export function fetchWithCookies(kept = new Map()) {
	return async (url, options = {}) => {
		const headers = new Headers(options.headers);
		const sent = [...kept].filter(([, cookie]) => cookie.ends > Date.now());
		if (sent.length > 0) {
			headers.set('Cookie', sent.map(([name, cookie]) => `${name}=${cookie.value}`).join('; '));
		}
		const response = await fetch(url, { ...options, headers });
		for (const line of response.headers.getSetCookie()) keep(kept, line, new URL(url));
		return response;
	};
}

function keep(kept, line, url) {
	const [pair, ...attributes] = line.split(';').map((part) => part.trim());
	const has = new Map(attributes.map((part) => [part.split('=')[0].toLowerCase(), part.split('=')[1]]));
	// As browsers have it: cookies marked Secure go over TLS, or to this machine.
	const safe = url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
	if (has.has('secure') && !safe) return;

	const name = pair.slice(0, pair.indexOf('='));
	const ends = has.has('max-age') ? Date.now() + Number(has.get('max-age')) * 1000 : Infinity;
	if (ends <= Date.now()) kept.delete(name);
	else kept.set(name, { value: pair.slice(name.length + 1), ends });
}
