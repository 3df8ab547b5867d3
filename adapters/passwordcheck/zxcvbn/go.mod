module github.com/sallyport-auth/sallyport/adapters/passwordcheck/zxcvbn

go 1.26.0

require (
	github.com/ccojocar/zxcvbn-go v1.0.4
	github.com/sallyport-auth/sallyport/core v0.0.0
)

replace github.com/sallyport-auth/sallyport/core => ../../../core
