import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { isDirectusError, passwordRequest, passwordReset, readMe, updateMe } from '@directus/sdk';

import { connect, service } from './client.js';
import { mailedToken } from './mailbox.js';

const { email, password, mailbox } = service;
const another = 'several words in a row';
const refused = (code) => (error) => isDirectusError(error, code);

for (const mode of ['json', 'cookie', 'session']) {
	describe(`password in ${mode} mode`, () => {
		test('a forgotten one is replaced by the token of a mail, once, and every session ends', async () => {
			const before = connect(mode);
			await before.login({ email, password });

			const client = connect(mode);
			const token = await mailedToken(mailbox, email, () => client.request(passwordRequest(email)));
			await assert.rejects(client.request(passwordReset(token, 'short')), refused('FAILED_VALIDATION'));
			await client.request(passwordReset(token, another));
			await assert.rejects(client.request(passwordReset(token, another)), refused('FORBIDDEN'));

			await assert.rejects(before.request(readMe()), refused('INVALID_CREDENTIALS'));
			await assert.rejects(client.login({ email, password }), refused('INVALID_CREDENTIALS'));
			await client.login({ email, password: another });
			await client.request(updateMe({ password }));
		});

		test('a new one ends every session but that of a caller in session mode', async () => {
			const other = connect('json');
			await other.login({ email, password });
			const client = connect(mode);
			await client.login({ email, password });
			await client.request(updateMe({ password }));
			await assert.rejects(other.request(readMe()), refused('INVALID_CREDENTIALS'));
			if (mode === 'session') assert.equal((await client.request(readMe())).email, email);
			else await assert.rejects(client.request(readMe()), refused('INVALID_CREDENTIALS'));
		});

		test('nobody learns from a request for a mail who has an account', async () => {
			const client = connect(mode);
			assert.equal(await client.request(passwordRequest('nobody@example.com')), null);
			await assert.rejects(client.request(passwordRequest(email, 'https://elsewhere.example/')), refused('INVALID_PAYLOAD'));
			await assert.rejects(client.request(passwordReset('garbage', another)), refused('INVALID_TOKEN'));
		});
	});
}
