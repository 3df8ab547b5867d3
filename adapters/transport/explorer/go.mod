module github.com/sallyport-auth/sallyport/adapters/transport/explorer

go 1.26.0
