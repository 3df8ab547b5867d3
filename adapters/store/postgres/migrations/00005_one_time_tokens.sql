-- +goose Up
CREATE TABLE one_time_tokens (
	hash       BYTEA NOT NULL PRIMARY KEY,
	purpose    TEXT COLLATE "C" NOT NULL,
	user_id    TEXT COLLATE "C" NOT NULL,
	payload    BYTEA,
	expires_at BIGINT NOT NULL,
	spent      SMALLINT NOT NULL
);

CREATE INDEX one_time_tokens_user_id ON one_time_tokens (user_id, purpose);
CREATE INDEX one_time_tokens_expires_at ON one_time_tokens (expires_at);

-- +goose Down
DROP TABLE one_time_tokens;
