import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks for a mail, and returns the token of the link in it. The mail is looked for in the
 * mailbox folder, where a service that runs for development puts all mail, for half a minute.
 *
 * @param {string} folder
 * @param {string} address to whom the mail goes
 * @param {() => Promise<unknown>} ask
 */
export async function mailedToken(folder, address, ask) {
	const old = new Set(await names(folder));
	await ask();
	for (const end = Date.now() + 30_000; Date.now() < end; await pause(50)) {
		for (const name of await names(folder)) {
			if (old.has(name)) continue;
			const mail = readable(await readFile(join(folder, name), 'latin1'));
			const token = /[?&]token=([A-Za-z0-9_-]+)/.exec(mail);
			if (mail.includes(address) && token) return token[1];
		}
	}
	throw new Error(`no mail to ${address} has come to ${folder}`);
}

async function names(folder) {
	try {
		return (await readdir(folder)).filter((name) => name.endsWith('.eml'));
	} catch (error) {
		if (error.code === 'ENOENT') return []; // no mail has come yet
		throw error;
	}
}

/** Undoes the quoted-printable of mails, which breaks long lines. */
function readable(mail) {
	return mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}
