module github.com/sallyport-auth/sallyport/adapters/store/sqlstore

go 1.26

require github.com/sallyport-auth/sallyport/core v0.0.0

require github.com/jmoiron/sqlx v1.4.0

replace github.com/sallyport-auth/sallyport/core => ../../../core
