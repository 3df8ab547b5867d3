-- +goose Up
CREATE TABLE IF NOT EXISTS events (
	id            VARBINARY(254) NOT NULL PRIMARY KEY,
	occurred_at   BIGINT NOT NULL,
	kind          LONGTEXT NOT NULL,
	outcome       LONGTEXT NOT NULL,
	actor_id      VARBINARY(254) NOT NULL,
	subject_id    VARBINARY(254) NOT NULL,
	client_ip     LONGTEXT NOT NULL,
	client_agent  LONGTEXT NOT NULL,
	client_origin LONGTEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE IF EXISTS events;
