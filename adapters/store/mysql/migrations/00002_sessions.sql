-- +goose Up
CREATE TABLE IF NOT EXISTS sessions (
	id            VARBINARY(254) NOT NULL PRIMARY KEY,
	user_id       VARBINARY(254) NOT NULL,
	mode          LONGTEXT NOT NULL,
	epoch         BIGINT NOT NULL,
	generation    BIGINT NOT NULL,
	secret        VARBINARY(32) NOT NULL,
	created_at    BIGINT NOT NULL,
	rotated_at    BIGINT NOT NULL,
	expires_at    BIGINT NOT NULL,
	ends_at       BIGINT NOT NULL,
	client_ip     LONGTEXT NOT NULL,
	client_agent  LONGTEXT NOT NULL,
	client_origin LONGTEXT NOT NULL,
	KEY sessions_user_id (user_id),
	KEY sessions_expires_at (expires_at),
	KEY sessions_ends_at (ends_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS sessions;
