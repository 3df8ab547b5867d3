module github.com/sallyport-auth/sallyport/adapters/transport/graphql

go 1.26.0

require (
	github.com/graph-gophers/graphql-go v1.11.0
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge v0.0.0
	github.com/sallyport-auth/sallyport/core v0.0.0
)

replace (
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge => ../httpedge
	github.com/sallyport-auth/sallyport/core => ../../../core
)
