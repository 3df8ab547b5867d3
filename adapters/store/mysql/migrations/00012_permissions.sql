-- +goose Up
CREATE TABLE IF NOT EXISTS permissions (
	id              VARBINARY(254) NOT NULL PRIMARY KEY,
	role_id         VARBINARY(254) NOT NULL,
	collection_name VARBINARY(254) NOT NULL,
	action_name     LONGTEXT NOT NULL,
	field_names     LONGTEXT NOT NULL,
	filter_text     LONGTEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS permissions;
