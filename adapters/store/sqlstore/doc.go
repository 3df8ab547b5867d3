// Package sqlstore keeps users, roles, sessions, one-time tokens, letters, rate limits and
// audit events in a SQL database. It holds every query that the databases share; a module per database brings
// the driver, the schema and a Dialect, and opens the pools.
//
// All queries stay inside what SQLite, MySQL, MariaDB and PostgreSQL understand alike: ?
// for arguments, no RETURNING, no upsert, no FOR UPDATE. What must happen once is decided
// by one guarded statement and its count of rows, so that it needs neither a transaction
// nor an isolation level.
//
// The schema keeps keys as text under a byte-wise collation, times as whole microseconds
// since 1970 in a BIGINT (the zero time.Time included), booleans as 0 or 1 in a SMALLINT,
// and hashes and documents as bytes.
package sqlstore
