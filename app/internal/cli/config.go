package cli

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/app/internal/config"
)

type configPrintCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// Run shows the configuration without its secrets.
func (cmd configPrintCommand) Run(in *invocation) error {
	c, err := in.load(forCommand)
	if err != nil {
		return err
	}
	in.showWarnings(c)
	if cmd.JSON {
		return writeJSON(in.Stdout, c.Values())
	}
	return c.Print(in.Stdout)
}

type configCheckCommand struct{}

// Run says whether the service can start with the configuration.
func (configCheckCommand) Run(in *invocation) error {
	c, err := in.load(forService)
	if err != nil {
		return err
	}
	in.showWarnings(c)
	if err := in.Backend.Check(c); err != nil {
		return err
	}
	_, err = fmt.Fprintln(in.Stdout, "The configuration is sound.")
	return err
}

func (in *invocation) showWarnings(c config.Config) {
	for _, warning := range c.Warnings() {
		fmt.Fprintln(in.Stderr, "warning:", warning)
	}
}
