-- +goose Up
CREATE TABLE signing_keys (
	id         TEXT NOT NULL PRIMARY KEY,
	algorithm  TEXT NOT NULL,
	number     INTEGER NOT NULL,
	sealed     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	signs_from INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX signing_keys_number ON signing_keys (algorithm, number);

-- +goose Down
DROP TABLE signing_keys;
