module github.com/sallyport-auth/sallyport/scripts

go 1.26

