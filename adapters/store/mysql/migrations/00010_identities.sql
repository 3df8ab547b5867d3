-- What is known of the address of users that are there already is what they say. Each change looks
-- whether it has been made, as those of users and roles before.

-- +goose Up
CREATE TABLE IF NOT EXISTS identities (
	provider VARBINARY(254) NOT NULL,
	subject  VARBINARY(254) NOT NULL,
	user_id  VARBINARY(254) NOT NULL,
	PRIMARY KEY (provider, subject),
	KEY identities_user_id (user_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE users ADD COLUMN email_proven SMALLINT NOT NULL DEFAULT 0', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'email_proven');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;

-- +goose Down
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE users DROP COLUMN email_proven', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'email_proven');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
DROP TABLE IF EXISTS identities;
