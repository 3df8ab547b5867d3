import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readMe, readProviders } from '@directus/sdk';

import { connect, service } from './client.js';
import { fetchWithCookies } from './cookies.js';

describe('logins elsewhere', () => {
	test('readProviders lists where people may log in', async () => {
		const names = async (sessionOnly) => (await connect('json').request(readProviders(sessionOnly))).map(({ name }) => name);
		assert.deepEqual(await names(false), service.provider ? [service.provider] : []);
		assert.deepEqual(await names(true), await names(false));
	});

	if (!service.provider) return;

	// A browser does this by itself, from a link to the first address.
	async function visit(url, cookies) {
		const ours = fetchWithCookies(cookies);
		for (;;) {
			const go = url.startsWith(service.url) ? ours : fetch;
			const response = await go(url, { redirect: 'manual' });
			const next = response.headers.get('Location');
			if (!next) return response;
			url = new URL(next, url).href;
		}
	}

	for (const [mode, path] of [['session', '/auth/login'], ['cookie', '/auth/oauth']]) {
		test(`${path} ends with the cookie of mode ${mode}, by which the SDK goes on`, async () => {
			const cookies = new Map();
			const end = await visit(`${service.url}${path}/${service.provider}?redirect=/server/ping`, cookies);
			assert.equal(await end.text(), 'pong');
			const client = connect(mode, {}, cookies);
			await client.refresh();
			assert.equal((await client.request(readMe())).email, 'bob@example.com');
			await client.logout();
		});
	}
});
