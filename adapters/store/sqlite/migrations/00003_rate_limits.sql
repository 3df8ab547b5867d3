-- +goose Up
CREATE TABLE rate_limits (
	bucket TEXT NOT NULL PRIMARY KEY,
	tat    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX rate_limits_tat ON rate_limits (tat);

-- +goose Down
DROP TABLE rate_limits;
