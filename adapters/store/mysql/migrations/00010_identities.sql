-- +goose Up
CREATE TABLE IF NOT EXISTS identities (
	provider VARBINARY(254) NOT NULL,
	subject  VARBINARY(254) NOT NULL,
	user_id  VARBINARY(254) NOT NULL,
	PRIMARY KEY (provider, subject),
	KEY identities_user_id (user_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS identities;
