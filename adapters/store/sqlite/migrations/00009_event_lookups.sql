-- +goose Up
CREATE INDEX events_occurred_at ON events (occurred_at);
CREATE INDEX events_actor ON events (actor_id, id);
CREATE INDEX events_subject ON events (subject_id, id);
CREATE INDEX events_kind ON events (kind, id);

-- +goose Down
DROP INDEX events_kind;
DROP INDEX events_subject;
DROP INDEX events_actor;
DROP INDEX events_occurred_at;
