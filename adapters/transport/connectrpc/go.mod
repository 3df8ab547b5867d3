module github.com/sallyport-auth/sallyport/adapters/transport/connectrpc

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge v0.0.0
	github.com/sallyport-auth/sallyport/core v0.0.0
	google.golang.org/protobuf v1.36.12
)

replace (
	github.com/sallyport-auth/sallyport/adapters/transport/httpedge => ../httpedge
	github.com/sallyport-auth/sallyport/core => ../../../core
)
