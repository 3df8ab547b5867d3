package cli

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// conventional turns what people type by habit into the flags that there are.
func conventional(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// plainly says a mistake in the command line in words of our own where the parser's are hard
// to understand, or repeat an argument, which may be a password.
func plainly(err error) error {
	text := err.Error()
	flag, problem, _ := strings.Cut(text, ": ")
	switch {
	case strings.HasPrefix(text, "unexpected argument"):
		return unexpectedArgument(err)
	case strings.HasPrefix(text, `expected "<`):
		return missingArgument(err)
	case strings.HasPrefix(text, "unexpected flag argument"):
		return errors.New("a flag has a value that it does not take")
	case strings.HasPrefix(text, "-") && strings.HasPrefix(problem, "expected "):
		return errors.New(flag + " needs a value")
	case strings.HasPrefix(text, "-") && strings.HasPrefix(problem, "bool value "):
		return errors.New(flag + " takes no value")
	}
	return err
}

// missingArgument shows how the command is written.
func missingArgument(err error) error {
	failure, ok := errors.AsType[*kong.ParseError](err)
	if !ok || failure.Context.Selected() == nil {
		return err
	}
	return errors.New("usage: " + failure.Context.Model.Name + " " + failure.Context.Selected().Summary())
}

// unexpectedArgument names the commands that are near the argument, and not the argument.
func unexpectedArgument(err error) error {
	failure, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return errors.New("too many arguments, or an unknown command")
	}
	node := failure.Context.Model.Node
	if selected := failure.Context.Selected(); selected != nil {
		node = selected
	}
	if len(node.Children) == 0 {
		return errors.New("too many arguments")
	}
	if near := nearestCommand(node, err.Error()); near != "" {
		return errors.New("unknown command; did you mean " + near + "?")
	}
	return errors.New("unknown command")
}

// nearestCommand returns the one of the parser's guesses that the argument is the beginning
// of, or else the first, or nothing where it has none.
func nearestCommand(node *kong.Node, text string) string {
	cut := strings.LastIndex(text, ", did you mean ")
	if cut < 0 {
		return ""
	}
	argument, near := strings.TrimPrefix(text[:cut], "unexpected argument "), ""
	for _, command := range node.Children {
		switch {
		case !strings.Contains(text[cut:], strconv.Quote(command.Name)):
		case strings.HasPrefix(command.Name, argument):
			return command.Name
		case near == "":
			near = command.Name
		}
	}
	return near
}
