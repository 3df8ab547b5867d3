-- +goose Up
CREATE TABLE events (
	id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	occurred_at   BIGINT NOT NULL,
	kind          TEXT NOT NULL,
	outcome       TEXT NOT NULL,
	actor_id      TEXT COLLATE "C" NOT NULL,
	subject_id    TEXT COLLATE "C" NOT NULL,
	client_ip     TEXT NOT NULL,
	client_agent  TEXT NOT NULL,
	client_origin TEXT NOT NULL
);

-- +goose Down
DROP TABLE events;
