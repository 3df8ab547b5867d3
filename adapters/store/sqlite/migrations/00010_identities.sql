-- What is known of the address of users that are there already is what they say.

-- +goose Up
CREATE TABLE identities (
	provider TEXT NOT NULL,
	subject  TEXT NOT NULL,
	user_id  TEXT NOT NULL,
	PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_user_id ON identities (user_id);
ALTER TABLE users ADD COLUMN email_proven INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE users DROP COLUMN email_proven;
DROP TABLE identities;
