module github.com/sallyport-auth/sallyport/app

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/Shopify/toxiproxy/v2 v2.5.0
	github.com/alecthomas/kong v1.17.0
	github.com/caarlos0/env/v11 v11.4.2
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6
	github.com/emersion/go-smtp v0.25.1
	github.com/go-sql-driver/mysql v1.10.1
	github.com/google/wire v0.7.0
	github.com/jackc/pgx/v5 v5.12.0
	github.com/joho/godotenv v1.5.1
	github.com/lmittmann/tint v1.2.1
	github.com/pb33f/libopenapi v0.41.8
	github.com/pb33f/libopenapi-validator v0.16.2
	github.com/redis/go-redis/v9 v9.23.0
	github.com/rs/zerolog v1.28.0
	github.com/sallyport-auth/sallyport/adapters/composer/gotemplate v0.0.0
	github.com/sallyport-auth/sallyport/adapters/hasher/argon2id v0.0.0
	github.com/sallyport-auth/sallyport/adapters/mailer/devmail v0.0.0
	github.com/sallyport-auth/sallyport/adapters/mailer/smtp v0.0.0
	github.com/sallyport-auth/sallyport/adapters/oauth/oidc v0.0.0
	github.com/sallyport-auth/sallyport/adapters/passwordcheck/breachedfile v0.0.0
	github.com/sallyport-auth/sallyport/adapters/passwordcheck/zxcvbn v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/memory v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/mysql v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/postgres v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/redis v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/sqlite v0.0.0
	github.com/sallyport-auth/sallyport/adapters/token/jwt v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/connectrpc v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/explorer v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/graphql v0.0.0
	github.com/sallyport-auth/sallyport/core v0.0.0
	github.com/sallyport-auth/sallyport/docs/api v0.0.0
	golang.org/x/term v0.47.0
	golang.org/x/text v0.43.0
	modernc.org/sqlite v1.61.1
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	github.com/bahlo/generic-list-go v0.2.0 // indirect
	github.com/basgys/goxml2json v1.1.1-0.20231018121955-e66ee54ceaad // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/bmatcuk/doublestar/v4 v4.10.4 // indirect
	github.com/buger/jsonparser v1.6.1 // indirect
	github.com/ccojocar/zxcvbn-go v1.0.4 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/coreos/go-oidc/v3 v3.21.0 // indirect
	github.com/go-chi/chi/v5 v5.5.0 // indirect
	github.com/go-jose/go-jose/v4 v4.1.8 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/go-openapi/jsonpointer v1.0.2 // indirect
	github.com/golang/protobuf v1.5.4 // indirect
	github.com/gorilla/mux v1.8.0 // indirect
	github.com/gorilla/securecookie v1.1.2 // indirect
	github.com/graph-gophers/graphql-go v1.11.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/matttproud/golang_protobuf_extensions v1.0.1 // indirect
	github.com/muhlemmer/gu v0.3.1 // indirect
	github.com/muhlemmer/httpforwarded v0.1.0 // indirect
	github.com/pb33f/go-yaml v0.1.1 // indirect
	github.com/pb33f/jsonpath v0.8.5 // indirect
	github.com/pb33f/jsonschema/v6 v6.0.3 // indirect
	github.com/pb33f/ordered-map/v2 v2.3.2 // indirect
	github.com/prometheus/client_golang v1.13.0 // indirect
	github.com/prometheus/client_model v0.2.0 // indirect
	github.com/prometheus/common v0.37.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/rs/cors v1.11.1 // indirect
	github.com/rs/xid v1.6.0 // indirect
	github.com/zitadel/oidc/v3 v3.51.17 // indirect
	github.com/zitadel/schema v1.3.2 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/otel v1.47.0 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.opentelemetry.io/otel/metric v1.47.0 // indirect
	go.opentelemetry.io/otel/trace v1.47.0 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/oauth2 v0.37.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	gopkg.in/tomb.v1 v1.0.0-20141024135613-dd632973f1e7 // indirect
)

require (
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/gofiber/fiber/v2 v2.52.15
	github.com/gofrs/flock v0.13.1 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/jmoiron/sqlx v1.4.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/mattn/go-colorable v0.1.13 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mattn/go-runewidth v0.0.16 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/molecule-man/go-brrr v1.3.0 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/pressly/goose/v3 v3.29.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rivo/uniseg v0.2.0 // indirect
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/pages v0.0.0
	github.com/sethvargo/go-retry v0.5.0 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	github.com/valyala/fasthttp v1.77.0
	github.com/wneessen/go-mail v0.8.1 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)

replace (
	github.com/sallyport-auth/sallyport/adapters/composer/gotemplate => ../adapters/composer/gotemplate
	github.com/sallyport-auth/sallyport/adapters/hasher/argon2id => ../adapters/hasher/argon2id
	github.com/sallyport-auth/sallyport/adapters/mailer/devmail => ../adapters/mailer/devmail
	github.com/sallyport-auth/sallyport/adapters/mailer/smtp => ../adapters/mailer/smtp
	github.com/sallyport-auth/sallyport/adapters/oauth/oidc => ../adapters/oauth/oidc
	github.com/sallyport-auth/sallyport/adapters/passwordcheck/breachedfile => ../adapters/passwordcheck/breachedfile
	github.com/sallyport-auth/sallyport/adapters/passwordcheck/zxcvbn => ../adapters/passwordcheck/zxcvbn
	github.com/sallyport-auth/sallyport/adapters/store/memory => ../adapters/store/memory
	github.com/sallyport-auth/sallyport/adapters/store/mysql => ../adapters/store/mysql
	github.com/sallyport-auth/sallyport/adapters/store/postgres => ../adapters/store/postgres
	github.com/sallyport-auth/sallyport/adapters/store/redis => ../adapters/store/redis
	github.com/sallyport-auth/sallyport/adapters/store/sqlite => ../adapters/store/sqlite
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore => ../adapters/store/sqlstore
	github.com/sallyport-auth/sallyport/adapters/token/jwt => ../adapters/token/jwt
	github.com/sallyport-auth/sallyport/adapters/transport/connectrpc => ../adapters/transport/connectrpc
	github.com/sallyport-auth/sallyport/adapters/transport/explorer => ../adapters/transport/explorer
	github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp => ../adapters/transport/fiberhttp
	github.com/sallyport-auth/sallyport/adapters/transport/graphql => ../adapters/transport/graphql
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge => ../adapters/transport/httpedge
	github.com/sallyport-auth/sallyport/adapters/transport/pages => ../adapters/transport/pages
	github.com/sallyport-auth/sallyport/core => ../core
	github.com/sallyport-auth/sallyport/docs/api => ../docs/api
)
