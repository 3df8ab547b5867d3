-- totp_step is the latest step of which the user has spent the code; only the statement that raises
-- it reads it. recovery_codes holds hashes of 32 bytes, one behind the other.

-- +goose Up
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN recovery_codes BLOB;
ALTER TABLE roles ADD COLUMN enforce_tfa INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE roles DROP COLUMN enforce_tfa;
ALTER TABLE users DROP COLUMN recovery_codes;
ALTER TABLE users DROP COLUMN totp_step;
