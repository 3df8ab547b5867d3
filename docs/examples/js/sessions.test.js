import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { isDirectusError, readMe, updateMe } from '@directus/sdk';

import { connect, service } from './client.js';

const credentials = () => ({ email: service.email, password: service.password });
const refused = (code) => (error) => isDirectusError(error, code);

/** Keeps what the SDK keeps, and tells of each time that it has got tokens. */
function watchedStorage() {
	let held = null;
	let tell = () => {};
	return {
		get: () => held,
		set: (value) => {
			held = value;
			if (value?.expires) tell();
		},
		next: () => new Promise((resolve) => { tell = resolve; }),
	};
}

for (const mode of ['json', 'cookie', 'session']) {
	describe(`${mode} mode`, () => {
		test('login answers what the mode has, and the account can be read', async () => {
			const client = connect(mode);
			const held = await client.login(credentials());
			const members = { json: ['access_token', 'expires', 'refresh_token'], cookie: ['access_token', 'expires'], session: ['expires'] };
			assert.deepEqual(Object.keys(held).filter((name) => name !== 'expires_at').sort(), members[mode]);
			assert.ok(Number.isInteger(held.expires) && held.expires > 0);
			const me = await client.request(readMe({ fields: ['email', 'status'] }));
			assert.deepEqual(me, { email: service.email, status: 'active' });
			await client.logout();
		});

		test('login with a wrong password is refused', async () => {
			const client = connect(mode);
			await assert.rejects(client.login({ ...credentials(), password: 'not the password' }), refused('INVALID_CREDENTIALS'));
			await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
		});

		test('refresh goes on with the session by another token, more than once', async () => {
			const cookies = new Map();
			const client = connect(mode, {}, cookies);
			const seen = new Set();
			const see = (held) => seen.add(held.refresh_token ?? cookies.get(`directus_${mode === 'cookie' ? 'refresh' : 'session'}_token`).value);
			see(await client.login(credentials()));
			for (let i = 0; i < 2; i++) {
				see(await client.refresh());
				assert.equal((await client.request(readMe())).email, service.email);
			}
			assert.equal(seen.size, 3);
			await client.logout();
		});

		test('autoRefresh refreshes in time, by its timer', async () => {
			const first = connect(mode);
			const { expires } = await first.login(credentials());
			await first.logout();

			const storage = watchedStorage();
			const client = connect(mode, { autoRefresh: true, storage, msRefreshBeforeExpires: expires - 200 });
			await client.login(credentials());
			await storage.next();
			client.stopRefreshing();
			assert.equal((await client.request(readMe())).email, service.email);
			await client.logout();
		});

		test('a token that is over is refreshed when it is used', async () => {
			const storage = watchedStorage();
			const client = connect(mode, { autoRefresh: true, storage });
			await client.login(credentials());
			storage.set({ ...storage.get(), access_token: null, expires_at: Date.now() - 1000 });
			assert.equal((await client.request(readMe())).email, service.email);
			assert.ok(storage.get().expires_at > Date.now());
			await client.logout();
		});

		test('updateMe changes the account', async (t) => {
			const client = connect(mode);
			await client.login(credentials());
			const before = await client.request(readMe({ fields: ['first_name'] }));
			t.after(async () => {
				await client.request(updateMe(before));
				await client.logout();
			});
			const changed = await client.request(updateMe({ first_name: `Ada of ${mode}` }, { fields: ['first_name'] }));
			assert.deepEqual(changed, { first_name: `Ada of ${mode}` });
			await assert.rejects(client.request(updateMe({ role: null })), refused('FORBIDDEN'));
		});

		test('logout ends the session', async () => {
			const cookies = new Map();
			const client = connect(mode, {}, cookies);
			const held = await client.login(credentials());
			await client.logout();
			assert.deepEqual([...cookies.keys()], mode === 'json' ? [] : ['sallyport_device']); // which opens nothing
			await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
			await assert.rejects(client.refresh(), refused('INVALID_PAYLOAD')); // there is nothing to refresh with
			if (held.access_token) {
				await client.setToken(held.access_token);
				await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
			}
		});
	});
}
