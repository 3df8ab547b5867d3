// Package domain holds the values that the core and every port speak in.
package domain

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// IDs are opaque and never reused; the core makes them. A UserID or RoleID is a UUID
// (version 7 where we make it, any version where one is imported).
type (
	// UserID names a User.
	UserID string
	// RoleID names a Role.
	RoleID string
	// SessionID names a Session. It is derived from the refresh token's selector, never
	// the selector itself: see SessionIDOf.
	SessionID string
)

// NewUUID returns a UUID of version 7 (RFC 9562, section 5.7): milliseconds of now, then
// 74 random bits. UUIDs of later milliseconds sort after earlier ones.
func NewUUID(now time.Time) string {
	var b [16]byte
	rand.Read(b[6:]) // documented never to fail
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80

	text := make([]byte, 36)
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text)
}

// FloorUUID returns a text that sorts before every UUID that NewUUID returns at or after the
// millisecond of at, and behind all earlier ones.
func FloorUUID(at time.Time) string { return NewUUID(at)[:len("01234567-89ab-")] }
