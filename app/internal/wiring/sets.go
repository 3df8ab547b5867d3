//go:build wireinject

package wiring

import (
	"github.com/google/wire"

	"github.com/sallyport-auth/sallyport/adapters/composer/gotemplate"
	"github.com/sallyport-auth/sallyport/adapters/hasher/argon2id"
	"github.com/sallyport-auth/sallyport/adapters/token/jwt"
	"github.com/sallyport-auth/sallyport/adapters/transport/connectrpc"
	"github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp"
	"github.com/sallyport-auth/sallyport/adapters/transport/graphql"
	"github.com/sallyport-auth/sallyport/adapters/transport/pages"
	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/port"
)

// baseSet is the service on any port.Store.
var baseSet = wire.NewSet(
	wire.FieldsOf(new(Environment), "Clock", "Log"),
	coreSet,
	redisSet,
	hasherSet,
	PasswordCheckers,
	tokenSet,
	mailSet,
	pagesSet,
	explorerSet,
	graphqlSet,
	restSet,
	connectSet,
	wire.Struct(new(Service), "*"),
)

var coreSet = wire.NewSet(
	provideAuthKeys,
	provideKeyring,
	provideSettings,
	provideProbes,
	provideOAuth,
	providePorts,
	auth.New,
	wire.Bind(new(auth.API), new(*auth.Service)),
)

var redisSet = wire.NewSet(
	openRedis,
	chooseSessions,
	chooseLimiter,
)

var hasherSet = wire.NewSet(
	provideHasherConfig,
	argon2id.New,
	wire.Bind(new(port.PasswordHasher), new(*argon2id.Hasher)),
)

var tokenSet = wire.NewSet(
	provideTokenConfig,
	jwt.New,
	wire.Bind(new(port.TokenIssuer), new(*jwt.Tokens)),
	wire.Bind(new(port.TokenVerifier), new(*jwt.Tokens)),
	wire.Bind(new(port.AssertionIssuer), new(*jwt.Tokens)),
)

var mailSet = wire.NewSet(
	NewPostOffice,
	wire.FieldsOf(new(PostOffice), "Mailer"),
	NewComposer,
	wire.Bind(new(port.MailComposer), new(*gotemplate.Composer)),
)

var pagesSet = wire.NewSet(
	providePagesConfig,
	pages.New,
)

var explorerSet = wire.NewSet(provideExplorer)

var graphqlSet = wire.NewSet(
	provideGraphQLConfig,
	graphql.New,
)

var restSet = wire.NewSet(
	provideRESTConfig,
	fiberhttp.New,
)

var connectSet = wire.NewSet(
	provideConnectConfig,
	connectrpc.New,
)

var sqliteSet = wire.NewSet(openSQLite)

var mysqlSet = wire.NewSet(openMySQL)

var postgresSet = wire.NewSet(openPostgres)

var memorySet = wire.NewSet(openMemory)
