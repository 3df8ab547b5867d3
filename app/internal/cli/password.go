package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/sallyport-auth/sallyport/core/auth"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// maxPasswordLine bounds what is read as a password; the core has a lower bound of its own,
// and says so.
const maxPasswordLine = 4096

// passwordFlags say where a password comes from. It is never an argument: arguments stay in
// the history of shells and in the list of processes.
type passwordFlags struct {
	PasswordStdin bool `xor:"password" help:"Read the password from standard input, one line."`
	Generate      bool `xor:"password" help:"Make a random password and show it once."`
}

// password returns the password that the account of that address is to have under the policy.
func (f passwordFlags) password(in *invocation, email string, policy auth.PasswordPolicy) (string, error) {
	if f.Generate {
		password, err := auth.RandomPassword(policy)
		if err != nil {
			return "", usageError{errors.New("none of the random passwords that were tried matches PASSWORD_POLICY; give one that does")}
		}
		return password, nil
	}
	if f.PasswordStdin {
		return readLine(in.Stdin)
	}
	read := in.ReadSecret
	if read == nil {
		file, ok := in.Stdin.(*os.File)
		if !ok || !isTerminal(file) {
			return "", usageError{errors.New("there is no terminal to ask for the password on; use --password-stdin or --generate")}
		}
		read = func(ctx context.Context) (string, error) { return readSecret(ctx, file) }
	}
	return ask(in.context, in.Stderr, read, email, policy)
}

// show tells a password that nobody knows yet.
func (f passwordFlags) show(in *invocation, password string) error {
	if !f.Generate {
		return nil
	}
	_, err := fmt.Fprintf(in.Stdout, "Password, shown this once: %s\n", password)
	return err
}

// ask asks twice, since nobody sees what is typed, but not for what would be refused.
func ask(ctx context.Context, prompts io.Writer, read func(context.Context) (string, error), email string, policy auth.PasswordPolicy) (string, error) {
	address, err := domain.ParseEmail(email)
	if err != nil {
		return "", domain.InvalidPayloadError("email", `"email" must be a valid email`)
	}
	first, err := prompt(ctx, prompts, read, fmt.Sprintf("Password (at least %d characters): ", auth.MinPasswordRunes))
	if err != nil {
		return "", err
	}
	if err := auth.CheckNewPassword(first, address); err != nil {
		return "", err
	}
	if !policy.Allows(first) {
		return "", usageError{errors.New("the password does not match PASSWORD_POLICY; nothing was changed")}
	}
	second, err := prompt(ctx, prompts, read, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

func prompt(ctx context.Context, prompts io.Writer, read func(context.Context) (string, error), text string) (string, error) {
	fmt.Fprint(prompts, text)
	line, err := read(ctx)
	fmt.Fprintln(prompts)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return line, nil
}

// readLine reads the one line that there is.
func readLine(r io.Reader) (string, error) {
	all, err := io.ReadAll(io.LimitReader(r, maxPasswordLine+1))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if len(all) > maxPasswordLine {
		return "", usageError{errors.New("the password on standard input is too long")}
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(all), "\n"), "\r")
	switch {
	case line == "":
		return "", usageError{errors.New("there is no password on standard input")}
	case strings.ContainsAny(line, "\r\n"):
		return "", usageError{errors.New("there is more than one line on standard input")}
	}
	return line, nil
}

// readSecret reads a line from a terminal without showing it. When ctx is done first the
// terminal is put back as it was; the reading goes on until the program ends.
func readSecret(ctx context.Context, terminal *os.File) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return string(r.text), r.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}

// isTerminal reports whether somebody sits at the other end of stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
