-- +goose Up
CREATE TABLE IF NOT EXISTS one_time_tokens (
	hash       VARBINARY(32) NOT NULL PRIMARY KEY,
	purpose    VARBINARY(254) NOT NULL,
	user_id    VARBINARY(254) NOT NULL,
	payload    LONGBLOB,
	expires_at BIGINT NOT NULL,
	spent      SMALLINT NOT NULL,
	KEY one_time_tokens_user_id (user_id, purpose),
	KEY one_time_tokens_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS one_time_tokens;
