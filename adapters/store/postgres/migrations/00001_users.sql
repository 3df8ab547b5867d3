-- +goose Up
CREATE TABLE roles (
	id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	name         TEXT NOT NULL,
	app_access   SMALLINT NOT NULL,
	admin_access SMALLINT NOT NULL
);

CREATE TABLE users (
	id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	email        TEXT NOT NULL,
	email_key    TEXT COLLATE "C" NOT NULL CONSTRAINT users_email_key UNIQUE,
	password     TEXT NOT NULL,
	status       TEXT NOT NULL,
	role_id      TEXT COLLATE "C" NOT NULL,
	first_name   TEXT NOT NULL,
	last_name    TEXT NOT NULL,
	language     TEXT NOT NULL,
	static_token BYTEA,
	totp_secret  BYTEA,
	epoch        BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	last_access  BIGINT NOT NULL,
	preferences  BYTEA
);

-- +goose Down
DROP TABLE users;
DROP TABLE roles;
