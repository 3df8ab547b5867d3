-- What is known of the address of users that are there already is what they say.

-- +goose Up
CREATE TABLE identities (
	provider TEXT COLLATE "C" NOT NULL,
	subject  TEXT COLLATE "C" NOT NULL,
	user_id  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (provider, subject)
);

CREATE INDEX identities_user_id ON identities (user_id);
ALTER TABLE users ADD COLUMN email_proven SMALLINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE users DROP COLUMN email_proven;
DROP TABLE identities;
