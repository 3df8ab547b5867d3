import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
	createPermission, createRole, createUser, deletePermission, deleteRole, deleteUser, isDirectusError, readMe, readPermissions, readPolicyGlobals,
	readRole, readRoles, readRolesMe, readUser, readUserPermissions, readUsers, updatePermission, updateRole, updateUser,
} from '@directus/sdk';

import { connect, service } from './client.js';

const refused = (code) => (error) => isDirectusError(error, code);

for (const mode of ['json', 'cookie', 'session']) {
	describe(`roles and permissions in ${mode} mode`, () => {
		const admin = connect('json');
		const email = `editor-${mode}-${Date.now()}@example.com`;
		const password = 'several words in a row';
		let role, editor, permission;
		before(async () => {
			await admin.login({ email: service.email, password: service.password });
			role = await admin.request(createRole({ name: `Editors ${mode}` }));
			editor = await admin.request(createUser({ email, password, role: role.id }));
		});
		after(async () => {
			await admin.request(deleteUser(editor.id));
			await admin.request(deleteRole(role.id));
			await admin.logout();
		});

		test('nothing may be done until a permission says so, and then that and no more', async () => {
			const client = connect(mode);
			await client.login({ email, password });
			await assert.rejects(client.request(readUsers()), refused('FORBIDDEN'));
			await assert.rejects(client.request(readRoles()), refused('FORBIDDEN'));
			assert.deepEqual(await client.request(readRolesMe({ fields: ['id', 'name'] })), [{ id: role.id, name: role.name }]);
			assert.equal((await client.request(readRole(role.id))).admin_access, false);
			assert.equal((await client.request(readUserPermissions())).directus_users.read.access, 'none');
			assert.deepEqual(await client.request(readPolicyGlobals()), { app_access: false, admin_access: false, enforce_tfa: false });

			permission = await admin.request(createPermission({
				role: role.id, collection: 'directus_users', action: 'read', fields: ['id', 'email'], permissions: { role: { _eq: '$CURRENT_ROLE' } },
			}));
			assert.deepEqual(await client.request(readUsers()), [{ id: editor.id, email }]);
			await assert.rejects(client.request(readUsers({ fields: ['email', 'status'] })), refused('FORBIDDEN'));
			await assert.rejects(client.request(readUsers({ sort: ['status'] })), refused('FORBIDDEN'));
			assert.deepEqual((await client.request(readUserPermissions())).directus_users.read, { access: 'partial', fields: ['id', 'email'] });
			await assert.rejects(client.request(updateUser(editor.id, { role: null })), refused('FORBIDDEN'));
			await assert.rejects(client.request(readPermissions()), refused('FORBIDDEN'));

			const { id: root } = await admin.request(readMe({ fields: ['id'] }));
			await assert.rejects(client.request(readUser(root)), refused('FORBIDDEN'));
			await admin.request(updatePermission(permission.id, { permissions: null }));
			assert.equal((await client.request(readUser(root))).email, service.email);
			assert.ok((await admin.request(readPermissions())).some(({ id }) => id === permission.id));
			await admin.request(deletePermission(permission.id));
			await assert.rejects(client.request(readUser(root)), refused('FORBIDDEN'));
			await client.logout();
		});

		test('a role says what its users are', async () => {
			await admin.request(updateRole(role.id, { app_access: true }));
			const client = connect(mode);
			await client.login({ email, password });
			assert.equal((await client.request(readPolicyGlobals())).app_access, true);
			await assert.rejects(admin.request(deleteRole(role.id)), refused('UNPROCESSABLE_CONTENT'));
			await assert.rejects(admin.request(createPermission({ role: role.id, collection: 'directus_users', action: 'read', fields: ['*'], permissions: { email: { _contains: 'x' } } })), refused('INVALID_PAYLOAD'));
			await client.logout();
		});
	});
}
