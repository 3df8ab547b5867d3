-- +goose Up
CREATE TABLE permissions (
	id              TEXT NOT NULL PRIMARY KEY,
	role_id         TEXT NOT NULL,
	collection_name TEXT NOT NULL,
	action_name     TEXT NOT NULL,
	field_names     TEXT NOT NULL,
	filter_text     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE permissions;
