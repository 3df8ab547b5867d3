package cli

import (
	"errors"
	"fmt"
	"strings"
)

type doctorOAuthCommand struct{}

// Run asks every provider what a login would, and says what to fix.
func (doctorOAuthCommand) Run(in *invocation) error {
	c, err := in.configure()
	if err != nil {
		return err
	}
	findings, err := in.Backend.ExamineOAuth(in.context, c)
	if err != nil {
		return err
	}
	if len(c.OAuth.Places) == 0 {
		_, err := fmt.Fprintln(in.Stdout, "There is no provider to log in at: AUTH_PROVIDERS and OAUTH_PROVIDERS are not set.")
		return err
	}
	problems, about := 0, ""
	var b strings.Builder
	for _, f := range findings {
		if f.About != about {
			about = f.About
			fmt.Fprintln(&b, about)
		}
		fmt.Fprintf(&b, "  %-5s  %s\n", f.Level, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(&b, "         -> %s\n", f.Fix)
		}
		if f.Level == FindingWrong {
			problems++
		}
	}
	if _, err := fmt.Fprint(in.Stdout, b.String()); err != nil {
		return err
	}
	switch problems {
	case 0:
		return nil
	case 1:
		return errors.New("1 problem was found")
	}
	return fmt.Errorf("%d problems were found", problems)
}
