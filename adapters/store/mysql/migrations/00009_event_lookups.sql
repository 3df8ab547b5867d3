-- MySQL knows no IF NOT EXISTS here, and each statement commits by itself, so that each change looks
-- whether it has been made.

-- +goose Up
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE events ADD KEY events_occurred_at (occurred_at)', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_occurred_at');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE events ADD KEY events_actor (actor_id, id)', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_actor');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE events ADD KEY events_subject (subject_id, id)', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_subject');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) = 0, 'ALTER TABLE events ADD KEY events_kind (kind(64), id)', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_kind');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;

-- +goose Down
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE events DROP KEY events_kind', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_kind');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE events DROP KEY events_subject', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_subject');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE events DROP KEY events_actor', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_actor');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
SET @change = (SELECT IF(COUNT(*) > 0, 'ALTER TABLE events DROP KEY events_occurred_at', 'DO 0') FROM information_schema.statistics
	WHERE table_schema = DATABASE() AND table_name = 'events' AND index_name = 'events_occurred_at');
PREPARE apply_change FROM @change;
EXECUTE apply_change;
DEALLOCATE PREPARE apply_change;
