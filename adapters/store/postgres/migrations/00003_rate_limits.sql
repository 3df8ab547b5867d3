-- +goose Up
CREATE TABLE rate_limits (
	bucket TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	tat    BIGINT NOT NULL
);

CREATE INDEX rate_limits_tat ON rate_limits (tat);

-- +goose Down
DROP TABLE rate_limits;
