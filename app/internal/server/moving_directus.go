package server

import (
	"context"
	"errors"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlstore"
	"github.com/sallyport-auth/sallyport/app/internal/moving"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
)

func (m mover) ImportDirectus(ctx context.Context, address string, o moving.Options) (_ moving.Summary, err error) {
	tables, err := wiring.OpenForeign(ctx, "--from", address)
	if err != nil {
		return moving.Summary{}, err
	}
	defer func() { err = errors.Join(err, tables.Close()) }()
	return moving.ImportDirectus(ctx, m.place, foreign{tables}, o)
}

// foreign speaks the language of package moving for the tables of another program.
type foreign struct{ *sqlstore.ForeignTables }

func (f foreign) Read(ctx context.Context, table string, columns []moving.Column) ([]moving.Row, bool, error) {
	types := map[moving.ColumnType]sqlstore.ForeignType{
		moving.Text: sqlstore.ForeignText, moving.Time: sqlstore.ForeignTime, moving.Flag: sqlstore.ForeignFlag,
	}
	var wanted []sqlstore.ForeignColumn
	for _, c := range columns {
		wanted = append(wanted, sqlstore.ForeignColumn{Name: c.Name, Type: types[c.Type]})
	}
	rows, found, err := f.ForeignTables.Read(ctx, table, wanted)
	var list []moving.Row
	for _, r := range rows {
		list = append(list, r)
	}
	return list, found, err
}
