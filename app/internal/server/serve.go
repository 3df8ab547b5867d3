package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/adapters/store/sqlite"
	"github.com/sallyport-auth/sallyport/app/internal/cli"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/wiring"
	"github.com/sallyport-auth/sallyport/core/auth"
)

// Serve implements cli.Backend. It ends in the reverse of the order in which it begins:
// take no new requests, finish those under way, end the loops, close the store, give the
// database file free.
func (b Backend) Serve(ctx context.Context, c config.Config, o cli.ServeOptions) (err error) {
	if err := checkFirstPassword(c); err != nil {
		return err
	}
	release, err := claim(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()

	// Before anything is made: links are built from the port, which the system may choose, and
	// a start that fails must not have made an account whose password nobody was told.
	listening, err := listenAll(ctx, c)
	if err != nil {
		return err
	}
	defer listening.close()
	if bound, ok := listening.REST.Addr().(*net.TCPAddr); ok {
		c = c.ListeningOn(bound.Port)
	}

	service, cleanup, err := b.assemble(ctx, c, o)
	if err != nil {
		return err
	}
	defer cleanup()
	if err := service.Keys.Ensure(ctx); err != nil {
		return fmt.Errorf("prepare the keys of access tokens: %w", err)
	}
	warnOfLooseModes(c, o.Log)
	service.Warn(ctx, o.Log)

	first, err := ensureAdministrator(ctx, service.Auth, c, o.Banner == nil)
	if err != nil {
		return err
	}
	if err := checkDefaultRoles(ctx, service.Store.Repos().Roles, c); err != nil {
		return err
	}
	if err := warnOfNoAdministrator(ctx, service.Auth, o.Log); err != nil {
		return err
	}
	if err := warnOfNobodyLinked(ctx, service.Store.Repos(), c, o.Log); err != nil {
		return err
	}
	if err := announce(o, c, listening, first); err != nil {
		return err
	}

	// The loops begin nothing new as soon as ctx is done, while requests are finished.
	working, stopWorking := context.WithCancel(ctx)
	defer stopWorking()
	rested := startLoops(working, service.Auth, o.Log)

	answering := endpoints(service, listening)
	err = serveUntilDone(ctx, answering)
	stopWorking()
	return errors.Join(err, finish(ctx, answering, rested, c.Server.ShutdownTimeout, o.Log))
}

// startLoops returns a channel that is closed when every loop has ended.
func startLoops(ctx context.Context, worker auth.Worker, log *slog.Logger) (rested <-chan struct{}) {
	var running sync.WaitGroup
	for _, l := range loops(worker, log) {
		running.Go(func() { l.run(ctx, log) })
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	return done
}

// assemble makes what the service keeps on disk and puts it together.
func (b Backend) assemble(ctx context.Context, c config.Config, o cli.ServeOptions) (*wiring.Service, func(), error) {
	if err := makeDataDir(c); err != nil {
		return nil, nil, err
	}
	hadDatabase := hasDatabase(c)
	keyring, warnings, err := wiring.LoadKeys(c)
	if err != nil {
		return nil, nil, err
	}
	if hadDatabase {
		warnings = append(warnings, missedKeys(keyring)...)
	}
	for _, warning := range warnings {
		o.Log.Warn(warning)
	}
	return wiring.Assemble(ctx, c, keyring, wiring.Environment{Clock: b.Clock, Log: o.Log, Version: o.Version})
}

// claim keeps a second service from the same database file: each would answer from what it
// remembers.
func claim(c config.Config) (release func() error, err error) {
	if c.Database.Client != config.SQLite {
		return func() error { return nil }, nil
	}
	if err := makeDataDir(c); err != nil {
		return nil, err
	}
	release, err = sqlite.Lock(c.Database.Filename)
	if errors.Is(err, sqlite.ErrServed) {
		return nil, fmt.Errorf("%w: stop that one, or name a folder for this one (--data-dir, DATA_DIR) and a port (--port, PORT)", err)
	}
	return release, err
}

// finish waits for what is under way, requests and work beside them, for no longer than
// timeout altogether. rested is closed when the work beside requests is done.
func finish(ctx context.Context, answering []endpoint, rested <-chan struct{}, timeout time.Duration, log *slog.Logger) error {
	log.Info("stopping: waiting for what is under way", "timeout", timeout)
	began := time.Now()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()

	cutOff := shutDown(stopping, answering)
	if cutOff == nil {
		log.Info("requests are finished", "took", time.Since(began))
	}
	if !endsBefore(stopping, rested) {
		log.Warn("work beside requests was cut off after SHUTDOWN_TIMEOUT; what it was about is done again later")
	}
	if cutOff != nil {
		return fmt.Errorf("requests were cut off after SHUTDOWN_TIMEOUT: %w", cutOff)
	}
	log.Info("stopped", "took", time.Since(began))
	return nil
}

// endsBefore waits for done until ctx ends. What is done already is in time.
func endsBefore(ctx context.Context, done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
	}
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
