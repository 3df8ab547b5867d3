-- +goose Up
CREATE TABLE roles (
	id           TEXT NOT NULL PRIMARY KEY,
	name         TEXT NOT NULL,
	app_access   INTEGER NOT NULL,
	admin_access INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
	id           TEXT NOT NULL PRIMARY KEY,
	email        TEXT NOT NULL,
	email_key    TEXT NOT NULL UNIQUE,
	password     TEXT NOT NULL,
	status       TEXT NOT NULL,
	role_id      TEXT NOT NULL,
	first_name   TEXT NOT NULL,
	last_name    TEXT NOT NULL,
	language     TEXT NOT NULL,
	static_token BLOB,
	totp_secret  BLOB,
	epoch        INTEGER NOT NULL,
	version      INTEGER NOT NULL,
	created_at   INTEGER NOT NULL,
	last_access  INTEGER NOT NULL,
	preferences  BLOB
) STRICT;

-- +goose Down
DROP TABLE users;
DROP TABLE roles;
