package cli

import "github.com/sallyport-auth/sallyport/app/internal/config"

type serveCommand struct {
	Host      string `setting:"HOST" placeholder:"ADDRESS" help:"Address to listen on (HOST)."`
	Port      string `setting:"PORT" placeholder:"NUMBER" help:"TCP port to listen on (PORT)."`
	PublicURL string `name:"public-url" setting:"PUBLIC_URL" placeholder:"URL" help:"URL at which clients reach the service (PUBLIC_URL)."`
}

// Run serves until the program is told to stop.
func (serveCommand) Run(in *invocation) error {
	c, err := in.configureFor(forService, func(c config.Config) string { return c.Log.Level })
	if err != nil {
		return err
	}
	options := ServeOptions{Log: in.log, Version: in.version().Version}
	if isTerminal(in.Stdout) {
		options.Banner = in.Stdout
	}
	return in.Backend.Serve(in.context, c, options)
}
