-- +goose Up
CREATE TABLE IF NOT EXISTS signing_keys (
	id         VARBINARY(254) NOT NULL PRIMARY KEY,
	algorithm  VARBINARY(254) NOT NULL,
	number     BIGINT NOT NULL,
	sealed     LONGTEXT NOT NULL,
	created_at BIGINT NOT NULL,
	signs_from BIGINT NOT NULL,
	UNIQUE KEY signing_keys_number (algorithm, number)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS signing_keys;
