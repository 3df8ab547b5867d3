-- +goose Up
CREATE TABLE events (
	id            TEXT NOT NULL PRIMARY KEY,
	occurred_at   INTEGER NOT NULL,
	kind          TEXT NOT NULL,
	outcome       TEXT NOT NULL,
	actor_id      TEXT NOT NULL,
	subject_id    TEXT NOT NULL,
	client_ip     TEXT NOT NULL,
	client_agent  TEXT NOT NULL,
	client_origin TEXT NOT NULL
) STRICT;

-- +goose Down
DROP TABLE events;
