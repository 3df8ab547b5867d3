import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createUser, deleteUser, isDirectusError, readMe, readUser, readUsers, updateUser } from '@directus/sdk';

import { connect, service } from './client.js';

const refused = (code) => (error) => isDirectusError(error, code);

for (const mode of ['json', 'cookie', 'session']) {
	describe(`an administrator in ${mode} mode`, () => {
		const admin = connect(mode);
		const email = `bea-${mode}-${Date.now()}@example.com`;
		const password = 'several words in a row';
		let bea;
		before(() => admin.login({ email: service.email, password: service.password }));
		after(() => admin.logout());

		test('makes an account, which can log in', async () => {
			bea = await admin.request(createUser({ email, password, first_name: 'Bea' }));
			assert.equal(bea.email, email);
			assert.equal(bea.password, '**********');
			const client = connect(mode);
			await client.login({ email, password });
			assert.equal((await client.request(readMe())).id, bea.id);
			await assert.rejects(client.request(createUser({ email: `other-${email}`, password })), refused('FORBIDDEN'));
			await client.logout();
		});

		test('makes no second one with the same address', async () => {
			await assert.rejects(admin.request(createUser({ email: email.toUpperCase(), password })), refused('RECORD_NOT_UNIQUE'));
		});

		test('finds it by filter, search, sort and page', async () => {
			const found = await admin.request(readUsers({ filter: { email: { _eq: email } }, fields: ['id', 'first_name'] }));
			assert.deepEqual(found, [{ id: bea.id, first_name: 'Bea' }]);
			const all = await admin.request(readUsers({ fields: ['id'], sort: ['email'], limit: -1 }));
			const paged = [];
			for (let page = 1; paged.length < all.length; page++) {
				const part = await admin.request(readUsers({ fields: ['id'], sort: ['email'], limit: 1, page }));
				assert.equal(part.length, 1);
				paged.push(...part);
			}
			assert.deepEqual(paged, all);
			assert.ok((await admin.request(readUsers({ search: `bea-${mode}`, fields: ['id'] }))).some(({ id }) => id === bea.id));
			assert.equal((await admin.request(readUser(bea.id, { fields: ['email'] }))).email, email);
		});

		test('suspends it, which ends its sessions at once', async () => {
			const client = connect(mode);
			await client.login({ email, password });
			const changed = await admin.request(updateUser(bea.id, { status: 'suspended' }, { fields: ['status'] }));
			assert.deepEqual(changed, { status: 'suspended' });
			await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
			await assert.rejects(client.login({ email, password }), refused('INVALID_CREDENTIALS'));
		});

		test('deletes it, and not the last administrator', async () => {
			assert.equal(await admin.request(deleteUser(bea.id)), null);
			assert.deepEqual(await admin.request(readUsers({ filter: { email: { _eq: email } } })), []);
			const me = await admin.request(readMe({ fields: ['id'] }));
			await assert.rejects(admin.request(deleteUser(me.id)), refused('UNPROCESSABLE_CONTENT'));
		});
	});
}
