import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { createUser, deleteUser, disableTwoFactor, enableTwoFactor, generateTwoFactorSecret, isDirectusError, readMe } from '@directus/sdk';

import { connect, service } from './client.js';

const refused = (code) => (error) => isDirectusError(error, code);

/** Returns what an authenticator app does with the secret: the code of a step (RFC 6238). */
function authenticator(secret) {
	const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	return (step) => {
		const count = Buffer.alloc(8);
		count.writeBigUInt64BE(BigInt(step));
		const sum = createHmac('sha1', key).update(count).digest();
		const number = sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff;
		return String(number % 1_000_000).padStart(6, '0');
	};
}

/** Waits until a step has some time left, and returns it. */
async function currentStep() {
	const left = 30_000 - (Date.now() % 30_000);
	if (left < 8_000) {
		await setTimeout(left);
	}
	return Math.floor(Date.now() / 30_000);
}

for (const mode of ['json', 'cookie', 'session']) {
	describe(`a second factor in ${mode} mode`, () => {
		const admin = connect('json');
		const email = `tea-${mode}-${Date.now()}@example.com`;
		const password = 'several words in a row';
		let tea;
		before(async () => {
			await admin.login({ email: service.email, password: service.password });
			tea = await admin.request(createUser({ email, password }));
		});
		after(async () => {
			await admin.request(deleteUser(tea.id));
			await admin.logout();
		});

		test('is turned on, asked for once for each code, and turned off', async () => {
			const client = connect(mode);
			await client.login({ email, password });
			await assert.rejects(client.request(generateTwoFactorSecret('wrong')), refused('INVALID_CREDENTIALS'));
			const { secret, otpauth_url } = await client.request(generateTwoFactorSecret(password));
			assert.equal(new URL(otpauth_url).searchParams.get('secret'), secret);
			const code = authenticator(secret);
			const step = await currentStep(); // the service takes a code one step early or late
			await assert.rejects(client.request(enableTwoFactor(secret, code(step + 1000))), refused('INVALID_PAYLOAD'));
			const shown = await client.request(enableTwoFactor(secret, code(step - 1)));
			assert.equal(shown.recovery_codes.length, 10); // the SDK says nothing of them, and lets them through
			assert.equal((await client.request(readMe())).tfa_secret, '**********');

			const other = connect(mode);
			await assert.rejects(other.login({ email, password }), refused('INVALID_OTP'));
			await assert.rejects(other.login({ email, password }, { otp: code(step - 1) }), refused('INVALID_OTP'));
			await other.login({ email, password }, { otp: code(step) });
			assert.equal((await other.request(readMe())).id, tea.id);
			await other.logout();
			await other.login({ email, password }, { otp: shown.recovery_codes[0] });
			await other.logout();

			await assert.rejects(client.request(disableTwoFactor(code(step))), refused('INVALID_PAYLOAD'));
			await client.request(disableTwoFactor(code(step + 1)));
			await client.logout();
			await client.login({ email, password });
			await client.logout();
		});
	});
}
