-- totp_step is the latest step of which the user has spent the code; only the statement that raises
-- it reads it. recovery_codes holds hashes of 32 bytes, one behind the other. MySQL knows no
-- IF NOT EXISTS here, and each statement commits by itself, so that each change looks whether it
-- has been made.

-- +goose Up
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE users ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'totp_step');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE users ADD COLUMN recovery_codes LONGBLOB', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'recovery_codes');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE roles ADD COLUMN enforce_tfa SMALLINT NOT NULL DEFAULT 0', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'enforce_tfa');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;

-- +goose Down
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE roles DROP COLUMN enforce_tfa', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'roles' AND column_name = 'enforce_tfa');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE users DROP COLUMN recovery_codes', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'recovery_codes');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE users DROP COLUMN totp_step', 'DO 0') FROM information_schema.columns
	WHERE table_schema = DATABASE() AND table_name = 'users' AND column_name = 'totp_step');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
