-- +goose Up
CREATE TABLE sessions (
	id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	user_id       TEXT COLLATE "C" NOT NULL,
	mode          TEXT NOT NULL,
	epoch         BIGINT NOT NULL,
	generation    BIGINT NOT NULL,
	secret        BYTEA NOT NULL,
	created_at    BIGINT NOT NULL,
	rotated_at    BIGINT NOT NULL,
	expires_at    BIGINT NOT NULL,
	ends_at       BIGINT NOT NULL,
	client_ip     TEXT NOT NULL,
	client_agent  TEXT NOT NULL,
	client_origin TEXT NOT NULL
);

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_ends_at ON sessions (ends_at);

-- +goose Down
DROP TABLE sessions;
