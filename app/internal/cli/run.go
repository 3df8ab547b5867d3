// Package cli is the command line: it reads flags and configuration, asks the Backend to do
// the work, and says what came of it.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
	"github.com/sallyport-auth/sallyport/app/internal/logging"
	"github.com/sallyport-auth/sallyport/core/domain"
)

// The exit codes of Run.
const (
	ExitOK     = 0
	ExitFailed = 1 // what was asked for did not work out
	ExitUsage  = 2 // the command line or the configuration is wrong
)

// Program is one run of the command line.
type Program struct {
	Args    []string // without the name of the program
	Environ []string // as of os.Environ
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Version string // empty: that of the build
	Backend Backend

	// ReadSecret reads a line from a terminal without showing it. Nil: that of Stdin,
	// where it is a terminal.
	ReadSecret func(context.Context) (string, error)
}

// Run carries out what the arguments say and returns the exit code.
func Run(ctx context.Context, p Program) int {
	var commands commands
	parser, err := kong.New(&commands,
		kong.Name("sallyport"),
		kong.Description("An authentication service. Every setting is also a variable of the environment or of a .env file; sallyport config print lists them."),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return p.fail(fmt.Errorf("cli: read the tags of the commands: %w", err))
	}

	parsed, code, err := parse(parser, conventional(p.Args))
	if err != nil {
		return p.fail(usageError{plainly(err)})
	}
	if parsed == nil {
		return code
	}
	in := &invocation{Program: p, context: ctx, flags: settingFlags(parsed)}
	if err := parsed.Run(in); err != nil {
		return in.fail(err)
	}
	return ExitOK
}

// exit is what kong's own commands, such as --help, end the parsing with.
type exit int

// parse returns no context and a code where the arguments asked for help.
func parse(parser *kong.Kong, args []string) (parsed *kong.Context, code int, err error) {
	defer func() {
		switch reason := recover().(type) {
		case nil:
		case exit:
			parsed, code, err = nil, int(reason), nil
		default:
			panic(reason)
		}
	}()
	parsed, err = parser.Parse(args)
	return parsed, 0, err
}

// settingFlags returns the flags that stand for a setting; those not given are empty.
func settingFlags(parsed *kong.Context) map[string]string {
	flags := map[string]string{}
	for _, flag := range parsed.Flags() {
		if setting := flag.Tag.Get("setting"); setting != "" {
			flags[setting] = flag.Target.String()
		}
	}
	return flags
}

// invocation is a Program whose arguments have been read. Commands are run with it.
type invocation struct {
	Program
	context context.Context
	flags   map[string]string
	log     *slog.Logger // nil until configure
}

// purpose is what a configuration is read for.
type purpose int

const (
	forCommand purpose = iota
	forService         // which needs more: keys that others know, too
)

// load reads the configuration. Where it is wrong it shows the warnings, which may say what
// the mistakes come from.
func (in *invocation) load(p purpose) (config.Config, error) {
	c, err := config.Load(config.Input{Flags: in.flags, Environ: in.Environ, Serve: p == forService})
	if err != nil {
		in.showWarnings(c)
	}
	return c, err
}

// configure is configureFor a command that a person waits for: it tells the outcome by
// itself, so the log has warnings only, unless LOG_LEVEL asks for more.
func (in *invocation) configure() (config.Config, error) {
	return in.configureFor(forCommand, func(c config.Config) string {
		if c.IsSet("LOG_LEVEL") {
			return c.Log.Level
		}
		return "warn"
	})
}

// configureFor reads the configuration, makes the logger, and logs the warnings.
func (in *invocation) configureFor(p purpose, level func(config.Config) string) (config.Config, error) {
	c, err := in.load(p)
	if err != nil {
		return config.Config{}, err
	}
	onTerminal := isTerminal(in.Stderr)
	in.log = logging.New(in.Stderr, logging.Options{
		Level:  level(c),
		Pretty: c.Log.Style == config.LogPretty || c.Log.Style == "" && onTerminal,
		Color:  onTerminal && wantsColor(in.Environ),
	})
	for _, warning := range c.Warnings() {
		in.log.Warn(warning)
	}
	return c, nil
}

// wantsColor follows the NO_COLOR convention and TERM=dumb.
func wantsColor(environ []string) bool {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if name == "NO_COLOR" && value != "" || name == "TERM" && value == "dumb" {
			return false
		}
	}
	return true
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// fail says what went wrong and returns the exit code.
func (in *invocation) fail(err error) int {
	var failure *domain.Error
	if errors.As(err, &failure) && failure.Err != nil && in.log != nil {
		switch failure.Code.Info().Class {
		case domain.ClassInternal, domain.ClassUnavailable:
			in.log.Error("the command failed", "code", failure.Code, "error", failure.Err)
		}
	}
	return in.Program.fail(err)
}

func (p Program) fail(err error) int {
	fmt.Fprintln(p.Stderr, "sallyport:", message(err))
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintln(p.Stderr, "sallyport --help shows what there is.")
	}
	return exitCode(err)
}

func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return ExitUsage
	}
	if _, ok := errors.AsType[config.Mistakes](err); ok || errors.Is(err, keys.ErrConfiguration) {
		return ExitUsage
	}
	if failure, ok := errors.AsType[*domain.Error](err); ok && isRefusedInput(failure) {
		return ExitUsage
	}
	return ExitFailed
}

// message is err for the person at the keyboard.
func message(err error) string {
	if failure, ok := errors.AsType[*domain.Error](err); ok {
		return sentence(failure)
	}
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return err.Error()
}
