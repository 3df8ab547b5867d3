module github.com/sallyport-auth/sallyport/adapters/store/sqlite

go 1.26

require (
	github.com/sallyport-auth/sallyport/core v0.0.0
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore v0.0.0
)

replace (
	github.com/sallyport-auth/sallyport/core => ../../../core
	github.com/sallyport-auth/sallyport/adapters/store/sqlstore => ../../../adapters/store/sqlstore
)
