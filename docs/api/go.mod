module github.com/sallyport-auth/sallyport/docs/api

go 1.26.0
