import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
	createUser, createUsers, deleteUser, deleteUsers, isDirectusError, readActivities, readMe, readUser, readUsers, updateUser, updateUsers, updateUsersBatch,
} from '@directus/sdk';

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

		test('makes none with an address that is taken, without one, or with a password that is guessed', async () => {
			await assert.rejects(admin.request(createUser({ email: email.toUpperCase(), password })), refused('RECORD_NOT_UNIQUE'));
			await assert.rejects(admin.request(createUser({ password })), refused('INVALID_PAYLOAD'));
			await assert.rejects(admin.request(createUser({ email: `weak-${email}`, password: '12345678' })), refused('FAILED_VALIDATION'));
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
			const backwards = await admin.request(readUsers({ fields: ['id'], sort: ['-email'], offset: all.length - 1 }));
			assert.deepEqual(backwards, all.slice(0, 1));
			assert.ok((await admin.request(readUsers({ search: `bea-${mode}`, fields: ['id'] }))).some(({ id }) => id === bea.id));
			assert.deepEqual(await admin.request(readUsers({ limit: 0, meta: '*' })), []); // the SDK shows the data alone
			await assert.rejects(admin.request(readUsers({ sort: ['password'] })), refused('INVALID_QUERY'));
			await assert.rejects(admin.request(readUsers({ filter: { email: { _contains: 'x' } } })), refused('INVALID_QUERY'));
			assert.equal((await admin.request(readUser(bea.id, { fields: ['email'] }))).email, email);
		});

		test('changes it, and refuses what cannot be', async () => {
			const changed = await admin.request(updateUser(bea.id, { last_name: 'Baker' }, { fields: ['first_name', 'last_name'] }));
			assert.deepEqual(changed, { first_name: 'Bea', last_name: 'Baker' });
			await assert.rejects(admin.request(updateUser(bea.id, { email: service.email })), refused('RECORD_NOT_UNIQUE'));
			await assert.rejects(admin.request(updateUser(bea.id, { password: 'short' })), refused('FAILED_VALIDATION'));
			await assert.rejects(admin.request(updateUser(bea.id, { role: 'nobody' })), refused('INVALID_PAYLOAD'));
			await assert.rejects(admin.request(updateUser('nobody', { last_name: 'Baker' })), refused('FORBIDDEN'));
		});

		test('makes, changes and deletes several at once, all or none', async () => {
			const addresses = [`cid-${email}`, `dan-${email}`];
			const made = await admin.request(createUsers(addresses.map((email) => ({ email })), { fields: ['id', 'email'] }));
			assert.deepEqual(made.map(({ email }) => email), addresses);
			const ids = made.map(({ id }) => id);
			await assert.rejects(admin.request(createUsers([{ email: `eve-${email}` }, { email: addresses[0] }])), refused('RECORD_NOT_UNIQUE'));
			assert.deepEqual(await admin.request(readUsers({ search: `eve-${email}` })), []);

			const same = await admin.request(updateUsers(ids, { last_name: 'Same' }, { fields: ['last_name'] }));
			assert.deepEqual(same, [{ last_name: 'Same' }, { last_name: 'Same' }]);
			const own = await admin.request(updateUsersBatch([{ id: ids[1], first_name: 'Dan' }, { id: ids[0], first_name: 'Cid' }], { fields: ['first_name'] }));
			assert.deepEqual(own, [{ first_name: 'Dan' }, { first_name: 'Cid' }]);

			await assert.rejects(admin.request(deleteUsers([ids[0], 'nobody'])), refused('FORBIDDEN'));
			assert.equal(await admin.request(deleteUsers(ids)), null);
			await assert.rejects(admin.request(readUser(ids[0])), refused('FORBIDDEN'));
		});

		test('sees what was done', async () => {
			const query = { filter: { action: { _eq: 'user-created' } }, sort: ['-timestamp'], limit: 10, fields: ['action', 'item', 'user'] };
			const me = await admin.request(readMe({ fields: ['id'] }));
			const events = await admin.request(readActivities(query));
			assert.deepEqual(events.find(({ item }) => item === bea.id), { action: 'user-created', item: bea.id, user: me.id });
			await assert.rejects(connect(mode).request(readActivities(query)), refused('FORBIDDEN'));
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
			await assert.rejects(admin.request(deleteUser(bea.id)), refused('FORBIDDEN'));
			assert.deepEqual(await admin.request(readUsers({ filter: { email: { _eq: email } } })), []);
			const me = await admin.request(readMe({ fields: ['id'] }));
			await assert.rejects(admin.request(deleteUser(me.id)), refused('UNPROCESSABLE_CONTENT'));
		});
	});
}
