// Says, once and before any test, what is missing: a service, or the password of an administrator.
import { service } from './client.js';

const { url, password } = service;

async function missing() {
	try {
		const answer = await fetch(new URL('/server/ping', url));
		if ((await answer.text()) !== 'pong') return `What answers at ${url} is no Sallyport.`;
	} catch {
		return `No service answers at ${url}. Start one, or say where it is in SALLYPORT_URL.`;
	}
	if (!password) return 'SALLYPORT_PASSWORD has to be the password of an administrator.';
}

const problem = await missing();
if (problem) {
	console.error(problem);
	process.exitCode = 1;
}
