-- Each statement commits by itself here, so that each can be repeated after one that failed.
-- Keys are bytes: even a binary collation takes a key with blanks at its end for the one without.

-- +goose Up
CREATE TABLE IF NOT EXISTS roles (
	id           VARBINARY(254) NOT NULL PRIMARY KEY,
	name         LONGTEXT NOT NULL,
	app_access   SMALLINT NOT NULL,
	admin_access SMALLINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS users (
	id           VARBINARY(254) NOT NULL PRIMARY KEY,
	email        VARBINARY(254) NOT NULL,
	email_key    VARBINARY(254) NOT NULL,
	password     LONGTEXT NOT NULL,
	status       LONGTEXT NOT NULL,
	role_id      VARBINARY(254) NOT NULL,
	first_name   LONGTEXT NOT NULL,
	last_name    LONGTEXT NOT NULL,
	language     LONGTEXT NOT NULL,
	static_token VARBINARY(32),
	totp_secret  LONGBLOB,
	epoch        BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	last_access  BIGINT NOT NULL,
	preferences  LONGBLOB,
	UNIQUE KEY users_email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS users;
DROP TABLE IF EXISTS roles;
