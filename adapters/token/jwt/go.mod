module github.com/sallyport-auth/sallyport/adapters/token/jwt

go 1.26

require (
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/sallyport-auth/sallyport/core v0.0.0
)

replace github.com/sallyport-auth/sallyport/core => ../../../core
