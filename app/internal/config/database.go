package config

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// The values of Database.Client.
const (
	SQLite     = "sqlite3"
	MySQL      = "mysql"
	PostgreSQL = "pg"
	Memory     = "memory"
)

// Database names the database and how it is used. With a server, either ConnectionString is
// set, or Database and User and one of Host and SocketPath. Port is 0 where the default of
// the server is meant.
type Database struct {
	Client             string        `env:"DB_CLIENT" envDefault:"sqlite3" oneof:"sqlite3|mysql|pg|memory" doc:"The database: sqlite3, in one file; mysql, which is MariaDB as well; pg, which is PostgreSQL; or memory, which forgets everything when the service stops. Where it is not set, the scheme of DB_CONNECTION_STRING decides. postgres, mariadb and sqlite are other words for the same."`
	Filename           string        `env:"DB_FILENAME" unset:"sallyport.db in DATA_DIR" doc:"The file of the sqlite3 database, on a local disk. It is made when it is not there."`
	ConnectionString   Secret        `env:"DB_CONNECTION_STRING" secret:"true" doc:"Where a database server is, and how to log in, in one text, in place of DB_HOST, DB_PORT, DB_SOCKET_PATH, DB_DATABASE, DB_USER and DB_PASSWORD: mysql://USER:PASSWORD@HOST:3306/DATABASE or postgres://USER:PASSWORD@HOST:5432/DATABASE, with %40 for an @ in the password. With DB_CLIENT set, the driver's own form is read as well."`
	Host               string        `env:"DB_HOST" doc:"The host name or address of the database server."`
	Port               int           `env:"DB_PORT" unset:"3306 with mysql, 5432 with pg" min:"1" max:"65535" doc:"Its TCP port."`
	SocketPath         string        `env:"DB_SOCKET_PATH" doc:"In place of DB_HOST: with mysql the path of the server's Unix socket, with pg the folder that the socket is in."`
	Database           string        `env:"DB_DATABASE" doc:"The name of the database on the server. It has to be there; the tables in it are made by the service."`
	User               string        `env:"DB_USER" doc:"The name to log in to the database with."`
	Password           Secret        `env:"DB_PASSWORD" secret:"true" doc:"The password to log in to the database with."`
	SSL                bool          `env:"DB_SSL" envDefault:"false" doc:"Whether the connection to the database server has to be TLS. A DB_SSL__CA or DB_SSL__CERT says so, too. With false, what DB_CONNECTION_STRING says of TLS holds."`
	SSLCA              string        `env:"DB_SSL__CA" kind:"pem" unset:"the authorities that this machine trusts" doc:"The certificates, in PEM, of the authorities that the certificate of the database server may come from. DB_SSL__CA_FILE names a file of them."`
	SSLCert            string        `env:"DB_SSL__CERT" kind:"pem" doc:"The certificate, in PEM, by which the service shows the database server who it is. Needs DB_SSL__KEY."`
	SSLKey             Secret        `env:"DB_SSL__KEY" kind:"pem" secret:"true" doc:"The private key, in PEM, of DB_SSL__CERT."`
	RejectUnauthorized bool          `env:"DB_SSL__REJECT_UNAUTHORIZED" envDefault:"true" doc:"Whether the certificate of the database server has to be good, and for DB_HOST. With false, whoever is on the way can pose as the database."`
	PoolMin            int           `env:"DB_POOL__MIN" envDefault:"0" min:"0" max:"1000" doc:"How many connections to the database server a start opens at once, so that the first requests do not wait for them. One that nobody has used for three minutes is closed."`
	PoolMax            int           `env:"DB_POOL__MAX" envDefault:"16" min:"1" max:"1000" doc:"How many connections to the database server one instance opens at most. Requests wait for a free one as long as DB_TIMEOUT."`
	Synchronous        string        `env:"DB_SQLITE_SYNCHRONOUS" envDefault:"FULL" oneof:"FULL|NORMAL|EXTRA" doc:"When SQLite waits for the disk. FULL: what was acknowledged survives a power cut. NORMAL: faster; a power cut may undo the last moments. EXTRA: FULL, and the folder as well." own:"true"`
	Timeout            time.Duration `env:"DB_TIMEOUT" envDefault:"5s" min:"1ms" max:"5m" doc:"How long a query waits for a database that is busy, silent or gone, and for Redis; then its request is answered with 503. With sqlite3 it also bounds each write, or each unit of several, since others wait for it: one that takes longer is undone." own:"true"`
	ConnectTimeout     time.Duration `env:"DB_CONNECT_TIMEOUT" envDefault:"30s" min:"0s" max:"10m" doc:"How long a start waits for a database server, and for Redis, to be reached for the first time; then it fails. 0s: it does not wait." own:"true"`
	Migrate            bool          `env:"DB_MIGRATE" envDefault:"true" doc:"Whether the service brings the schema of the database up to date when it starts. With false it refuses to start on an older one, until sallyport migrate up has been run." own:"true"`
}

// IsServer reports whether the database is one that several instances can share.
func (d Database) IsServer() bool { return d.Client == MySQL || d.Client == PostgreSQL }

// serverNames are the settings that say which database on which server; a connection string
// says the same.
func serverNames() []string {
	return []string{"DB_HOST", "DB_PORT", "DB_SOCKET_PATH", "DB_DATABASE", "DB_USER", "DB_PASSWORD"}
}

// idleSettings are those that do nothing with a client.
func idleSettings(client string) []string {
	servers := append(serverNames(),
		"DB_SSL", "DB_SSL__CA", "DB_SSL__CERT", "DB_SSL__KEY", "DB_SSL__REJECT_UNAUTHORIZED", "DB_POOL__MIN", "DB_POOL__MAX")
	embedded := []string{"DB_FILENAME", "DB_SQLITE_SYNCHRONOUS"}
	switch client {
	case SQLite:
		return servers
	case Memory:
		return append(append(servers, embedded...), "DB_MIGRATE")
	}
	return embedded
}

// deriveDatabase fills in what follows from other settings of the database.
func (l *loader) deriveDatabase(d *Database) {
	if client := clientOf(d.ConnectionString); client != "" && !l.isSet("DB_CLIENT") {
		d.Client = client
		l.values["DB_CLIENT"] = client
	}
	if !l.isSet("DB_SSL") && (d.SSLCA != "" || d.SSLCert != "" || d.SSLKey != "") {
		d.SSL = true
		l.values["DB_SSL"] = "true"
	}
}

// clientOf returns the DB_CLIENT that the scheme of a connection string stands for, or
// nothing.
func clientOf(connection Secret) string {
	scheme, _ := schemeOf(connection)
	switch scheme {
	case "mysql", "mariadb":
		return MySQL
	case "postgres", "postgresql":
		return PostgreSQL
	}
	return ""
}

// schemeOf returns the scheme of a URL, in lower case (RFC 3986, section 3.1), and whether
// there is one. A driver's own form may hold :// in a password.
func schemeOf(connection Secret) (string, bool) {
	scheme, _, found := strings.Cut(string(connection), "://")
	if !found || scheme == "" || strings.ContainsFunc(scheme, func(r rune) bool {
		return !isLetterOrDigit(r) && !strings.ContainsRune("+-.", r)
	}) {
		return "", false
	}
	return strings.ToLower(scheme), true
}

func (l *loader) checkDatabase(d Database) {
	if !l.sound("DB_CLIENT") {
		return
	}
	if d.ConnectionString != "" && !l.checkConnectionString(d) {
		return
	}
	if l.checkClientIsChosen(d); !l.sound("DB_CLIENT") {
		return
	}
	for _, name := range idleSettings(d.Client) {
		if l.isSet(name) {
			l.warn("%s has no effect with DB_CLIENT %s", name, d.Client)
		}
	}
	if !d.IsServer() {
		return
	}
	if d.ConnectionString == "" {
		l.checkServerNames(d)
	}
	l.checkPool(d)
	l.checkDatabaseTLS(d)
}

// ConnectionFix is what to do about a DB_CONNECTION_STRING that cannot be used.
const ConnectionFix = "write it like postgres://USER:PASSWORD@HOST:5432/DATABASE or mysql://USER:PASSWORD@HOST:3306/DATABASE"

// checkConnectionString repeats none of it: it holds a password.
func (l *loader) checkConnectionString(d Database) bool {
	const name = "DB_CONNECTION_STRING"
	_, isURL := schemeOf(d.ConnectionString)
	client := clientOf(d.ConnectionString)
	switch {
	case isURL && client == "":
		l.mistake(name, "has a scheme that is of no database server here", ConnectionFix)
		return false
	case isURL && client != d.Client:
		l.mistake("DB_CLIENT", "is "+d.Client+", and DB_CONNECTION_STRING begins with the scheme of "+client, "unset DB_CLIENT, or make the two agree")
		return false
	case !isURL && !l.isSet("DB_CLIENT"):
		l.mistake(name, "does not begin with the scheme of a database, and DB_CLIENT is not set", ConnectionFix+"; or set DB_CLIENT, too")
		return false
	case !d.IsServer():
		l.mistake(name, "names a database server, and DB_CLIENT is "+d.Client, "unset one of them")
		return false
	}
	if isURL {
		u, err := url.Parse(string(d.ConnectionString))
		if err != nil {
			l.mistake(name, "is no URL", ConnectionFix+", with %40 for @, %23 for #, %2F for / and %25 for % in a name or password")
			return false
		}
		if client == MySQL && (strings.Trim(u.Path, "/") == "" || u.User.Username() == "") {
			l.mistake(name, "names no database or no user", ConnectionFix)
			return false
		}
	}
	for _, other := range serverNames() {
		if l.isSet(other) {
			l.mistake(other, "is set beside DB_CONNECTION_STRING, which says the same", "keep one of them")
		}
	}
	return true
}

// checkClientIsChosen finds a server that is named and would not be used, unnoticed.
func (l *loader) checkClientIsChosen(d Database) {
	if l.isSet("DB_CLIENT") || d.ConnectionString != "" {
		return
	}
	names := slices.DeleteFunc(serverNames(), func(name string) bool { return !l.isSet(name) || name == "DB_PORT" })
	if len(names) > 0 {
		l.mistake("DB_CLIENT", "is not set, though a database server is named by "+choice(names, "and"), "write mysql or pg; or sqlite3 if you want no server")
	}
}

// checkServerNames wants what it takes to reach a server without a connection string.
func (l *loader) checkServerNames(d Database) {
	const orString = ", or set DB_CONNECTION_STRING"
	switch {
	case !l.sound("DB_HOST", "DB_SOCKET_PATH"):
	case d.Host == "" && d.SocketPath == "":
		l.mistake("DB_HOST", "is not set, and DB_CLIENT is "+d.Client, "name the machine that the database server is on"+orString)
	case d.Host != "" && d.SocketPath != "":
		l.mistake("DB_SOCKET_PATH", "is set beside DB_HOST", "keep one of them")
	case d.Client == MySQL && d.SocketPath != "" && l.isSet("DB_PORT"):
		l.mistake("DB_PORT", "is set beside DB_SOCKET_PATH", "keep one of them")
	case d.Host != "" && !isHost(d.Host):
		// The value is not repeated: it may be a URL with a password.
		l.mistake("DB_HOST", "is no address and no host name", "write a name such as db.example.com, without a port; a URL belongs into DB_CONNECTION_STRING, a path into DB_SOCKET_PATH")
	}
	if d.Database == "" && l.sound("DB_DATABASE") {
		l.mistake("DB_DATABASE", "is not set, and DB_CLIENT is "+d.Client, "write the name of the database"+orString)
	}
	if d.User == "" && l.sound("DB_USER") {
		l.mistake("DB_USER", "is not set, and DB_CLIENT is "+d.Client, "write the name to log in to the database with"+orString)
	}
}

func (l *loader) checkPool(d Database) {
	if d.PoolMin > d.PoolMax && l.sound("DB_POOL__MIN", "DB_POOL__MAX") {
		l.mistake("DB_POOL__MIN", "is more than DB_POOL__MAX", "make it at most "+l.written("DB_POOL__MAX"))
	}
}
