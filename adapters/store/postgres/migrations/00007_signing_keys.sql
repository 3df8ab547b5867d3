-- +goose Up
CREATE TABLE signing_keys (
	id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	algorithm  TEXT COLLATE "C" NOT NULL,
	number     BIGINT NOT NULL,
	sealed     TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	signs_from BIGINT NOT NULL
);

CREATE UNIQUE INDEX signing_keys_number ON signing_keys (algorithm, number);

-- +goose Down
DROP TABLE signing_keys;
