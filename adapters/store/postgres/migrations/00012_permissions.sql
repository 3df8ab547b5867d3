-- +goose Up
CREATE TABLE permissions (
	id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	role_id         TEXT COLLATE "C" NOT NULL,
	collection_name TEXT COLLATE "C" NOT NULL,
	action_name     TEXT NOT NULL,
	field_names     TEXT NOT NULL,
	filter_text     TEXT NOT NULL
);

-- +goose Down
DROP TABLE permissions;
