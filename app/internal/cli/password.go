package cli

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
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

func (f passwordFlags) password(in *invocation) (string, error) {
	if f.Generate {
		return rand.Text(), nil
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
	return ask(in.context, in.Stderr, read)
}

// show tells a password that nobody knows yet.
func (f passwordFlags) show(in *invocation, password string) error {
	if !f.Generate {
		return nil
	}
	_, err := fmt.Fprintf(in.Stdout, "Password, shown this once: %s\n", password)
	return err
}

// ask asks twice, since nobody sees what is typed.
func ask(ctx context.Context, prompts io.Writer, read func(context.Context) (string, error)) (string, error) {
	fmt.Fprint(prompts, "Password: ")
	first, err := read(ctx)
	fmt.Fprintln(prompts)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	fmt.Fprint(prompts, "Once more: ")
	second, err := read(ctx)
	fmt.Fprintln(prompts)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if first != second {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPasswordLine+1)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if len(line) > maxPasswordLine {
		return "", usageError{errors.New("the password on standard input is too long")}
	}
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if line == "" {
		return "", usageError{errors.New("there is no password on standard input")}
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
