-- +goose Up
CREATE TABLE identities (
	provider TEXT NOT NULL,
	subject  TEXT NOT NULL,
	user_id  TEXT NOT NULL,
	PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_user_id ON identities (user_id);

-- +goose Down
DROP TABLE identities;
