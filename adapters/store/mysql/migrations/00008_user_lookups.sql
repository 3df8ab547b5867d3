-- A static token is of one user. users_role finds the users of a role; their status is compared
-- as bytes afterwards. reserved counts the units of work that have reserved a role; nobody reads it. MySQL knows no IF NOT EXISTS here, and each statement commits by itself, so
-- that each change looks whether it has been made.

-- +goose Up
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE users ADD UNIQUE KEY users_static_token (static_token)', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'users' AND index_name = 'users_static_token');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE roles ADD COLUMN reserved BIGINT NOT NULL DEFAULT 0', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'reserved');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE users ADD KEY users_role (role_id, status(16))', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'users' AND index_name = 'users_role');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;

-- +goose Down
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE users DROP KEY users_role', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'users' AND index_name = 'users_role');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE roles DROP COLUMN reserved', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'reserved');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE users DROP KEY users_static_token', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'users' AND index_name = 'users_static_token');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
