package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/clock"
	"github.com/sallyport-auth/sallyport/app/internal/server"
)

// What a measured process is told on standard input. It answers each with a line on
// standard output, and ends with its input.
const (
	sayCounters  = "counters"
	startProfile = "profile "
	endProfile   = "end profile"
)

// measured is the whole life of a measured process.
func measured(what string, args []string) (exitCode int) {
	ctx, end := context.WithCancel(context.Background())
	go func() {
		defer end()
		if err := obey(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	if what == asRoute {
		return serveRoute(ctx, args[0])
	}
	return cli.Run(ctx, cli.Program{
		Args: []string{"serve"}, Environ: os.Environ(),
		Stdin: strings.NewReader(""), Stdout: os.Stderr, Stderr: os.Stderr,
		Backend: server.Backend{Clock: clock.System{}},
	})
}

// serveRoute serves the least that Fiber can answer JSON with.
func serveRoute(ctx context.Context, port string) (exitCode int) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(func(c *fiber.Ctx) error {
		return c.JSON(struct {
			Data string `json:"data"`
		}{"pong"})
	})
	context.AfterFunc(ctx, func() { _ = app.Shutdown() }) // the process ends in either case
	if err := app.Listen("127.0.0.1:" + port); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

func obey(commands io.Reader, answers io.Writer) error {
	var profile *os.File
	lines := bufio.NewScanner(commands)
	for lines.Scan() {
		switch line := lines.Text(); {
		case line == sayCounters:
			answer, err := json.Marshal(readCounters())
			if err != nil {
				return err
			}
			fmt.Fprintf(answers, "%s\n", answer)
		case strings.HasPrefix(line, startProfile):
			var err error
			if profile, err = os.Create(strings.TrimPrefix(line, startProfile)); err != nil {
				return err
			}
			if err := pprof.StartCPUProfile(profile); err != nil {
				return err
			}
			fmt.Fprintln(answers, "begun")
		case line == endProfile:
			pprof.StopCPUProfile()
			if err := profile.Close(); err != nil {
				return err
			}
			fmt.Fprintln(answers, "ended")
		}
	}
	return lines.Err()
}
