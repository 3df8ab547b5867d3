-- +goose Up
CREATE TABLE letters (
	id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	kind          TEXT NOT NULL,
	recipient     TEXT NOT NULL,
	url           TEXT NOT NULL,
	language      TEXT NOT NULL,
	client_ip     TEXT NOT NULL,
	client_agent  TEXT NOT NULL,
	client_origin TEXT NOT NULL,
	due_at        BIGINT NOT NULL,
	expires_at    BIGINT NOT NULL,
	attempts      BIGINT NOT NULL,
	lease_token   TEXT COLLATE "C" NOT NULL,
	lent_until    BIGINT NOT NULL
);

CREATE INDEX letters_due_at ON letters (due_at, id);
CREATE INDEX letters_expires_at ON letters (expires_at);

-- +goose Down
DROP TABLE letters;
