import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { graphql, isDirectusError, readMe } from '@directus/sdk';

import { connect, service } from './client.js';

const refused = (code) => (error) => isDirectusError(error, code);

for (const mode of ['json', 'cookie', 'session']) {
	describe(`GraphQL by a client in ${mode} mode`, () => {
		const client = connect(mode).with(graphql({ credentials: 'include' }));
		before(() => client.login({ email: service.email, password: service.password }));
		after(() => client.logout());

		test('reads the account, on both paths', async () => {
			for (const scope of ['system', 'items']) {
				const { users_me } = await client.query('{ users_me { id email role { id } } }', {}, scope);
				assert.equal(users_me.email, service.email);
				assert.deepEqual(await client.request(readMe({ fields: ['id', 'role'] })), { id: users_me.id, role: users_me.role.id });
			}
		});

		test('changes the account, by variables', async (t) => {
			const { users_me: before } = await client.query('{ users_me { first_name tags } }', {}, 'system');
			t.after(() => client.query('mutation ($data: update_directus_users_input!) { update_users_me(data: $data) { id } }', { data: before }, 'system'));
			const { update_users_me } = await client.query(
				'mutation ($data: update_directus_users_input!) { update_users_me(data: $data) { first_name tags } }',
				{ data: { first_name: `Ada of ${mode}`, tags: ['a', { b: 1 }] } },
				'system',
			);
			assert.deepEqual(update_users_me, { first_name: `Ada of ${mode}`, tags: ['a', { b: 1 }] });
		});

		test('makes, finds and removes an account', async () => {
			const email = `gea-${mode}-${Date.now()}@example.com`;
			const { create_users_item: gea } = await client.query(
				'mutation ($data: create_directus_users_input!) { create_users_item(data: $data) { id status } }',
				{ data: { email, password: 'several words in a row' } },
				'system',
			);
			assert.equal(gea.status, 'active');
			const { users, users_by_id } = await client.query(
				'query ($email: String, $id: ID!) { users(filter: { email: { _eq: $email } }) { id } users_by_id(id: $id) { email password } }',
				{ email, id: gea.id },
				'system',
			);
			assert.deepEqual(users, [{ id: gea.id }]);
			assert.deepEqual(users_by_id, { email, password: '**********' });
			const { delete_users_item } = await client.query('mutation ($id: ID!) { delete_users_item(id: $id) { id } }', { id: gea.id }, 'system');
			assert.equal(delete_users_item.id, gea.id);
		});

		test('is refused with the codes of REST', async () => {
			const create = 'mutation ($data: create_directus_users_input!) { create_users_item(data: $data) { id } }';
			await assert.rejects(client.query(create, { data: { email: service.email } }, 'system'), refused('RECORD_NOT_UNIQUE'));
			await assert.rejects(client.query('{ users_me { nothing } }', {}, 'system'), refused('GRAPHQL_VALIDATION'));
		});
	});
}

describe('GraphQL without the login of the SDK', () => {
	const client = connect('json').with(graphql());
	const password = service.password;

	test('logs in, refreshes and logs out', async () => {
		const { auth_login } = await client.query(
			'mutation ($email: String!, $password: String!) { auth_login(email: $email, password: $password) { access_token refresh_token expires } }',
			{ email: service.email, password },
			'system',
		);
		assert.ok(Number.isInteger(auth_login.expires) && auth_login.expires > 0);
		const { auth_refresh } = await client.query(
			'mutation ($token: String) { auth_refresh(refresh_token: $token) { access_token refresh_token } }',
			{ token: auth_login.refresh_token },
			'system',
		);
		assert.notEqual(auth_refresh.refresh_token, auth_login.refresh_token);
		await client.setToken(auth_refresh.access_token);
		assert.equal((await client.query('{ users_me { email } }', {}, 'system')).users_me.email, service.email);
		await client.setToken(null);
		const { auth_logout } = await client.query('mutation ($token: String) { auth_logout(refresh_token: $token) }', { token: auth_refresh.refresh_token }, 'system');
		assert.equal(auth_logout, true);
	});

	test('is refused where it makes two guesses at once', async () => {
		const guess = (alias, password) => `${alias}: auth_login(email: "${service.email}", password: "${password}") { access_token }`;
		await assert.rejects(client.query(`mutation { ${guess('a', 'a guess')} ${guess('b', password)} }`, {}, 'system'), refused('GRAPHQL_VALIDATION'));
	});

	test('sees nobody without a token', async () => {
		await assert.rejects(client.query('{ users_me { id } }', {}, 'system'), refused('INVALID_CREDENTIALS'));
		assert.equal((await client.query('{ server_ping }', {}, 'system')).server_ping, 'pong');
	});
});
