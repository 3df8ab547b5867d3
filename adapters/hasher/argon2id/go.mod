module github.com/sallyport-auth/sallyport/adapters/hasher/argon2id

go 1.26.0

require (
	github.com/sallyport-auth/sallyport/core v0.0.0
	golang.org/x/crypto v0.58.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/sallyport-auth/sallyport/core => ../../../core
