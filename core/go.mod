module github.com/sallyport-auth/sallyport/core

go 1.26
