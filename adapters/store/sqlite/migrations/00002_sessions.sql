-- +goose Up
CREATE TABLE sessions (
	id            TEXT NOT NULL PRIMARY KEY,
	user_id       TEXT NOT NULL,
	mode          TEXT NOT NULL,
	epoch         INTEGER NOT NULL,
	generation    INTEGER NOT NULL,
	secret        BLOB NOT NULL,
	created_at    INTEGER NOT NULL,
	rotated_at    INTEGER NOT NULL,
	expires_at    INTEGER NOT NULL,
	ends_at       INTEGER NOT NULL,
	client_ip     TEXT NOT NULL,
	client_agent  TEXT NOT NULL,
	client_origin TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ends_at ON sessions (ends_at);

-- +goose Down
DROP TABLE sessions;
