-- +goose Up
CREATE TABLE IF NOT EXISTS rate_limits (
	bucket VARBINARY(254) NOT NULL PRIMARY KEY,
	tat    BIGINT NOT NULL,
	KEY rate_limits_tat (tat)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS rate_limits;
