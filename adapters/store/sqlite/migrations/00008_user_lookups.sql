-- A static token is of one user. users_role counts the active ones of a role. reserved counts the units of work that have reserved a role;
-- nobody reads it.

-- +goose Up
CREATE UNIQUE INDEX users_static_token ON users (static_token);
CREATE INDEX users_role ON users (role_id, status);
ALTER TABLE roles ADD COLUMN reserved INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE roles DROP COLUMN reserved;
DROP INDEX users_role;
DROP INDEX users_static_token;
