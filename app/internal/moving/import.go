package moving

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Errors of Import that say what is wrong with the whole of what it reads. Nothing was stored but
// in the last case.
var (
	ErrNoExport = errors.New("this does not begin as an export of this program does")
	ErrVersion  = errors.New("this export has a format that only another version of this program reads")
	ErrCutOff   = errors.New("this export has no last line, so that a part of it may be missing; what there is has been looked at")
)

// Import stores what Export has written. Each line is kept as a whole or left out as a whole, and
// told then; what is there already stays as it is. An error ends it early; what came before is
// stored, and it can be run again.
func Import(ctx context.Context, p Place, in io.Reader, o Options) (Summary, error) {
	k, err := newKeeper(ctx, p, o)
	if err != nil {
		return Summary{}, fmt.Errorf("import: %w", err)
	}
	lines := newLines(in)
	if err := readHeader(lines); err != nil {
		return k.summary, fmt.Errorf("import: %w", err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return k.summary, interrupted("import", lines.number, err)
		}
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return k.summary, fmt.Errorf("import: %w", ErrCutOff)
		}
		if _, isRefusal := errors.AsType[refusal](err); err != nil && !isRefusal {
			return k.summary, interrupted("import", lines.number, err)
		}
		isEnd, err := k.line(ctx, lines.number, line, err)
		if err != nil {
			return k.summary, interrupted("import", lines.number, err)
		}
		if isEnd {
			return k.summary, nil
		}
	}
}

func readHeader(l *lines) error {
	line, err := l.next()
	if errors.Is(err, io.EOF) {
		return ErrNoExport
	}
	var first struct {
		Header *struct {
			Version int `json:"version"`
		} `json:"sallyport_export"`
	}
	switch {
	case err != nil:
		if _, isRefusal := errors.AsType[refusal](err); isRefusal {
			return ErrNoExport
		}
		return err
	case json.Unmarshal(line, &first) != nil || first.Header == nil:
		return ErrNoExport
	case first.Header.Version != Version:
		return fmt.Errorf("version %d, and this one reads %d: %w", first.Header.Version, Version, ErrVersion)
	}
	return nil
}

// line stores one line, unless readErr is a refusal of it. isEnd says that it was the last.
func (k *keeper) line(ctx context.Context, number int, text []byte, readErr error) (isEnd bool, err error) {
	r, err := parseRecord(text)
	if readErr != nil {
		err = readErr
	}
	if err != nil {
		return false, k.settle(number, KindUnknown, "", 0, err)
	}
	switch {
	case r.Role != nil:
		f, err := k.role(ctx, r.Role.role())
		return false, k.settle(number, KindRole, nameOf(string(r.Role.ID)), f, err)
	case r.Permission != nil:
		f, err := k.permission(ctx, r.Permission.permission())
		return false, k.settle(number, KindPermission, nameOf(string(r.Permission.ID)), f, err)
	case r.SigningKey != nil:
		f, err := k.signingKey(ctx, r.SigningKey.signingKey())
		return false, k.settle(number, KindSigningKey, "", f, err)
	case r.User != nil:
		f, err := k.user(ctx, r.User.user(), r.User.identities())
		return false, k.settle(number, KindUser, nameOf(string(r.User.ID)), f, err)
	case r.Session != nil:
		f, err := k.session(ctx, r.Session.session())
		return false, k.settle(number, KindSession, "of user "+nameOf(string(r.Session.User)), f, err)
	case r.Event != nil:
		f, err := k.event(ctx, r.Event.event())
		return false, k.settle(number, KindEvent, nameOf(r.Event.ID), f, err)
	case r.End != nil:
		if r.End.Lines != number-1 {
			k.options.Tell(Note{number, KindUnknown, "", fmt.Sprintf("the export had %d lines before its last, and here are %d", r.End.Lines, number-1), false})
		}
		return true, nil
	}
	return false, k.settle(number, KindUnknown, "", 0, refusal("it is a second header"))
}

// nameOf is an ID that may be shown: what has another form may be anything.
func nameOf(id string) string {
	if !isUUID(id) {
		return ""
	}
	return id
}

// parseRecord reads a line that has one member of those that there are, with nothing in it that is
// not understood. The errors of the decoder may repeat what they read, and so are not passed on.
func parseRecord(line []byte) (record, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil {
		return record{}, refusal("it is no JSON object")
	}
	if len(members) != 1 {
		return record{}, refusal("it does not have exactly one member")
	}
	var r record
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return record{}, refusal("it has a member that is not known, or a value of another type than its member has")
	}
	if r == (record{}) {
		return record{}, refusal("its member is null")
	}
	return r, nil
}
