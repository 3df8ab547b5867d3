package sqlstore

import (
	"context"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

func (s *users) Find(ctx context.Context, q port.UserQuery) (page []domain.User, err error) {
	err = s.call(ctx, "find users", func() error {
		if err := port.CheckUserQuery(q); err != nil || q.Limit < 1 {
			return err
		}
		condition, args := s.condition(q.UserFilter)
		query := `SELECT ` + userColumns + ` FROM users` + condition + s.order(q.Sort) + ` LIMIT ? OFFSET ?`
		page, err = s.page(ctx, query, append(args, q.Limit, max(q.Offset, 0))...)
		return err
	})
	return page, err
}

func (s *users) Count(ctx context.Context, f port.UserFilter) (n int, err error) {
	err = s.call(ctx, "count users", func() error {
		if err := port.CheckUserFilter(f); err != nil {
			return err
		}
		condition, args := s.condition(f)
		n, err = s.count(ctx, `SELECT COUNT(*) FROM users`+condition, args...)
		return err
	})
	return n, err
}

// condition returns the part of a query that keeps those whom f means, and its arguments.
// Nothing that f holds becomes a part of the query itself.
func (s *users) condition(f port.UserFilter) (string, []any) {
	var conditions []string
	var args []any
	for _, field := range port.UserFields() {
		if value, ok := f.Value(field); ok {
			conditions = append(conditions, s.column(field)+` = ?`)
			args = append(args, value)
		}
	}
	if f.Search != "" {
		pattern := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.Search) + "%"
		conditions = append(conditions, `(email_key LIKE ? ESCAPE '!'
			OR LOWER(first_name) LIKE LOWER(?) ESCAPE '!' OR LOWER(last_name) LIKE LOWER(?) ESCAPE '!')`)
		args = append(args, domain.Email(pattern).Key(), pattern, pattern)
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return ` WHERE ` + strings.Join(conditions, ` AND `), args
}

func (s *users) order(sort []port.UserOrder) string {
	var by strings.Builder
	for _, one := range sort {
		by.WriteString(s.column(one.Field))
		if one.Descending {
			by.WriteString(` DESC`)
		}
		by.WriteString(`, `)
	}
	return ` ORDER BY ` + by.String() + `id`
}

// column returns what compares as the field does: byte by byte. The columns that are keys do
// so by themselves.
func (s *users) column(field port.UserField) string {
	switch field {
	case port.UserFieldID:
		return "id"
	case port.UserFieldEmail:
		return "email_key"
	case port.UserFieldRole:
		return "role_id"
	case port.UserFieldStatus:
		return s.store.dialect.Bytewise("status")
	case port.UserFieldFirstName:
		return s.store.dialect.Bytewise("first_name")
	case port.UserFieldLastName:
		return s.store.dialect.Bytewise("last_name")
	case port.UserFieldLanguage:
		return s.store.dialect.Bytewise("language")
	}
	return "NULL" // no field that there is: matches nobody
}
