-- A static token is of one user. users_role counts the active ones of a role. reserved counts the units of work that have reserved a role;
-- nobody reads it.

-- +goose Up
CREATE UNIQUE INDEX users_static_token ON users (static_token);
ALTER TABLE users ALTER COLUMN status TYPE TEXT COLLATE "C";
CREATE INDEX users_role ON users (role_id, status);
ALTER TABLE roles ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE roles DROP COLUMN reserved;
DROP INDEX users_role;
ALTER TABLE users ALTER COLUMN status TYPE TEXT;
DROP INDEX users_static_token;
