module github.com/sallyport-auth/sallyport/adapters/passwordcheck/breachedfile

go 1.26.0

require github.com/sallyport-auth/sallyport/core v0.0.0

replace github.com/sallyport-auth/sallyport/core => ../../../core
