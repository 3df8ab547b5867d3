package mysql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"github.com/go-sql-driver/mysql"
)

// The errors of the server that are told apart. The numbers are those of
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and
// https://mariadb.com/docs/server/reference/error-codes.
const (
	recordChanged       = 1020 // ER_CHECKREAD: since the transaction's snapshot; MariaDB
	tooManyConnections  = 1040
	wrongHost           = 1042
	databaseDenied      = 1044
	accessDenied        = 1045
	noDatabase          = 1046
	notReady            = 1047 // ER_UNKNOWN_COM_ERROR: a cluster's node is cut off from the rest
	unknownDatabase     = 1049
	shutdown            = 1053
	duplicateEntry      = 1062
	duplicateKeyName    = 1586 // ER_DUP_ENTRY_WITH_KEY_NAME
	tableDenied         = 1142
	noSuchTable         = 1146
	packetTooLarge      = 1153
	commitFailed        = 1180 // ER_ERROR_DURING_COMMIT
	lockWaitTimeout     = 1205
	deadlock            = 1213
	readOnlyServer      = 1290 // ER_OPTION_PREVENTS_STATEMENT
	interrupted         = 1317
	dataTooLong         = 1406
	binlogFormat        = 1665 // ER_BINLOG_STMT_MODE_AND_ROW_ENGINE
	readOnlyTransaction = 1792
	readOnlyMode        = 1836
	connectionKilled    = 1927 // MariaDB
	statementTimeout    = 1969 // MariaDB
	tlsRequired         = 3159 // ER_SECURE_TRANSPORT_REQUIRED
)

// number returns the number of the server's error in err, or 0 when there is none.
func number(err error) uint16 {
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

// refusesService reports whether the server, though it answers, will not do its work for
// somebody who stays connected to it: by the same name another may be reached.
func refusesService(err error) bool {
	switch number(err) {
	case notReady, shutdown, readOnlyServer, readOnlyTransaction, readOnlyMode, connectionKilled:
		return true
	}
	return false
}

// answer is an error of the server without its text, which repeats values, names and
// addresses.
type answer struct{ error *mysql.MySQLError }

func (a *answer) Error() string {
	return fmt.Sprintf("%s (error %d, SQLSTATE %s)", meaning(a.error.Number), a.error.Number, a.error.SQLState[:])
}

func (a *answer) Unwrap() error { return a.error }

func meaning(number uint16) string {
	switch number {
	case tooManyConnections:
		return "the server has too many connections"
	case wrongHost, accessDenied:
		return "the server denies access to the user with this password from this host, or wants TLS"
	case tlsRequired:
		return "the server wants TLS"
	case databaseDenied:
		return "the user has no right to the database, or there is none of that name"
	case tableDenied:
		return "the user has no right to the table"
	case unknownDatabase, noDatabase:
		return "there is no such database"
	case noSuchTable:
		return "there is no such table"
	case notReady:
		return "the node is not ready: it is cut off from its cluster"
	case shutdown:
		return "the server shuts down"
	case duplicateEntry, duplicateKeyName:
		return "the value is taken"
	case packetTooLarge:
		return "the statement is larger than the server's max_allowed_packet"
	case commitFailed:
		return "the commit failed"
	case lockWaitTimeout:
		return "another transaction kept its lock for too long"
	case deadlock, recordChanged:
		return "another transaction was in the way"
	case readOnlyServer, readOnlyTransaction, readOnlyMode:
		return "the server is read-only: name the primary, or end its read_only"
	case interrupted, connectionKilled, statementTimeout:
		return "the server has ended the statement"
	case dataTooLong:
		return "the value is too long"
	case binlogFormat:
		return "the server's binlog_format STATEMENT does not go with READ COMMITTED: set it to ROW or MIXED"
	}
	return "the server reports an error"
}

// connectionError is an error of the network without names and addresses.
type connectionError struct {
	text  string
	cause error
}

func (e *connectionError) Error() string { return e.text }
func (e *connectionError) Unwrap() error { return e.cause }

// withoutNames returns err with a text that names no user, host or address and repeats no
// value. The cause can still be asked for.
func withoutNames(err error) error {
	if server, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return &answer{server}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return &connectionError{"the host of the server was not found", err}
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &connectionError{distrust(verification), err}
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		return &connectionError{operation.Op + ": " + operation.Err.Error(), err}
	}
	return err
}

// distrust says what is wrong with a certificate. The text of the error has names in it.
func distrust(err *tls.CertificateVerificationError) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate of the server is for another name than that of the host"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the certificate of the server has expired or is not valid yet"
	}
	return "the certificate of the server is not trusted: it is of no authority that this service knows"
}

// unintroduced returns err, of connecting, with a text for a server that has not introduced
// itself. One of another protocol may wait for us to begin, as PostgreSQL does.
func unintroduced(err error) error {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return err
	}
	if errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, mysql.ErrPktSync) || errors.Is(err, mysql.ErrMalformPkt) ||
		errors.Is(err, context.DeadlineExceeded) {
		return &connectionError{"the other side does not speak the protocol of MySQL, has closed the connection or says nothing", err}
	}
	return err
}
