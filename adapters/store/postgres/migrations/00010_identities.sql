-- +goose Up
CREATE TABLE identities (
	provider TEXT COLLATE "C" NOT NULL,
	subject  TEXT COLLATE "C" NOT NULL,
	user_id  TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (provider, subject)
);

CREATE INDEX identities_user_id ON identities (user_id);

-- +goose Down
DROP TABLE identities;
