import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
	acceptUserInvite,
	createRole,
	deleteRole,
	deleteUser,
	inviteUser,
	isDirectusError,
	readMe,
	readUsers,
	registerUser,
	registerUserVerify,
	updateMe,
} from '@directus/sdk';

import { connect, service } from './client.js';
import { mailedToken } from './mailbox.js';

const { mailbox } = service;
const password = 'several words in a row';
const refused = (code) => (error) => isDirectusError(error, code);

describe('joining', () => {
	const admin = connect('json');
	const stranger = connect('json');
	const made = [];
	let role;
	const address = (name) => `${name}-${Date.now()}@example.com`;
	const idOf = async (email) => (await admin.request(readUsers({ filter: { email: { _eq: email } }, fields: ['id'] })))[0]?.id;

	before(async () => {
		await admin.login({ email: service.email, password: service.password });
		role = await admin.request(createRole({ name: 'Guests' }));
	});
	after(async () => {
		for (const id of made) await admin.request(deleteUser(id));
		await admin.request(deleteRole(role.id));
		await admin.logout();
	});

	for (const mode of ['json', 'cookie', 'session']) {
		test(`an invitation is accepted once, and logs in in ${mode} mode`, async () => {
			const email = address(`ivy-${mode}`);
			const token = await mailedToken(mailbox, email, () => admin.request(inviteUser(email, role.id)));
			made.push(await idOf(email));
			const client = connect(mode);
			await assert.rejects(client.login({ email, password }), refused('INVALID_CREDENTIALS'));
			await assert.rejects(client.request(acceptUserInvite(token, 'short')), refused('FAILED_VALIDATION'));
			assert.equal(await client.request(acceptUserInvite(token, password)), null);
			await assert.rejects(client.request(acceptUserInvite(token, password)), refused('INVALID_INVITE'));
			await client.login({ email, password });
			assert.equal((await client.request(readMe({ fields: ['role'] }))).role, role.id);
			await client.logout();
		});

		test(`a registration is verified once, and logs in in ${mode} mode`, async () => {
			const email = address(`rae-${mode}`);
			const client = connect(mode);
			const token = await mailedToken(mailbox, email, () => client.request(registerUser(email, password, { first_name: 'Rae' })));
			made.push(await idOf(email));
			await assert.rejects(client.login({ email, password }), refused('INVALID_CREDENTIALS'));
			await client.request(registerUserVerify(token)); // follows the redirect to a page
			await assert.rejects(client.request(registerUserVerify(token)), refused('INVALID_PAYLOAD'));
			await client.login({ email, password });
			assert.equal((await client.request(readMe())).first_name, 'Rae');
			await client.logout();
		});
	}

	test('an invitation is for who may make accounts, leads to listed pages alone, and needs a token of its own', async () => {
		const email = address('nobody');
		await assert.rejects(stranger.request(inviteUser(email, role.id)), refused('FORBIDDEN'));
		await assert.rejects(admin.request(inviteUser(email, role.id, 'https://elsewhere.example/')), refused('INVALID_PAYLOAD'));
		await assert.rejects(admin.request(inviteUser(email, 'no-role')), refused('INVALID_PAYLOAD'));
		await assert.rejects(stranger.request(acceptUserInvite('garbage', password)), refused('INVALID_TOKEN'));
		assert.equal(await idOf(email), undefined);
	});

	test('nobody learns from a registration who has an account', async () => {
		assert.equal(await stranger.request(registerUser(service.email, password)), null);
		await assert.rejects(stranger.request(registerUser(service.email, 'short')), refused('FAILED_VALIDATION'));
		await assert.rejects(stranger.request(registerUser(address('nobody'), 'short')), refused('FAILED_VALIDATION'));
		await assert.rejects(stranger.request(registerUserVerify('garbage')), refused('INVALID_TOKEN'));
		await admin.request(readMe());
	});

	test('a new address of one’s own counts once it is confirmed', async () => {
		const email = address('sam');
		const client = connect('json');
		const token = await mailedToken(mailbox, email, () => client.request(registerUser(email, password)));
		await client.request(registerUserVerify(token));
		made.push(await idOf(email));
		await client.login({ email, password });
		const other = address('samantha');
		const confirmation = await mailedToken(mailbox, other, async () => {
			assert.equal((await client.request(updateMe({ email: other }))).email, email);
		});
		// The SDK has no function for it, and a way to call what it does not know.
		const confirm = () => ({ path: '/users/me/email/confirm', method: 'POST', body: JSON.stringify({ token: confirmation }) });
		await stranger.request(confirm);
		await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
		const again = connect('json');
		await again.login({ email: other, password });
		assert.equal((await again.request(readMe())).email, other);
		await again.logout();
	});
});
