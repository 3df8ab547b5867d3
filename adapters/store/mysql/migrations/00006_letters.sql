-- +goose Up
CREATE TABLE IF NOT EXISTS letters (
	id            VARBINARY(254) NOT NULL PRIMARY KEY,
	kind          LONGTEXT NOT NULL,
	recipient     VARBINARY(254) NOT NULL,
	url           LONGTEXT NOT NULL,
	language      LONGTEXT NOT NULL,
	client_ip     LONGTEXT NOT NULL,
	client_agent  LONGTEXT NOT NULL,
	client_origin LONGTEXT NOT NULL,
	due_at        BIGINT NOT NULL,
	expires_at    BIGINT NOT NULL,
	attempts      BIGINT NOT NULL,
	lease_token   VARBINARY(254) NOT NULL,
	lent_until    BIGINT NOT NULL,
	KEY letters_due_at (due_at, id),
	KEY letters_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS letters;
