module github.com/sallyport-auth/sallyport/app

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/caarlos0/env/v11 v11.4.2
	github.com/joho/godotenv v1.5.1
	github.com/lmittmann/tint v1.2.1
	github.com/sallyport-auth/sallyport/adapters/hasher/argon2id v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/memory v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/sqlite v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore v0.0.0
	github.com/sallyport-auth/sallyport/adapters/token/jwt v0.0.0
	github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp v0.0.0
	github.com/sallyport-auth/sallyport/core v0.0.0
	golang.org/x/term v0.47.0
)

require golang.org/x/sys v0.49.0 // indirect

replace (
	github.com/sallyport-auth/sallyport/adapters/hasher/argon2id => ../adapters/hasher/argon2id
	github.com/sallyport-auth/sallyport/adapters/store/memory => ../adapters/store/memory
	github.com/sallyport-auth/sallyport/adapters/store/sqlite => ../adapters/store/sqlite
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore => ../adapters/store/sqlstore
	github.com/sallyport-auth/sallyport/adapters/token/jwt => ../adapters/token/jwt
	github.com/sallyport-auth/sallyport/adapters/transport/fiberhttp => ../adapters/transport/fiberhttp
	github.com/sallyport-auth/sallyport/core => ../core
)
