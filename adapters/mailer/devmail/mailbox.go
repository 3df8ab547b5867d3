// Package devmail is a mailbox for development: it keeps each mail as a file instead of
// sending it, and shows them on a page that answers to this machine only.
package devmail

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// defaultKeep is how many mails are kept unless Config says so.
const defaultKeep = 200

// Config says where mails are kept and whom they come from.
type Config struct {
	// Dir is the folder of the mails. Send makes it when it is not there, and makes it
	// private to the account that runs the service (mode 0700), also where it was there.
	Dir string
	// Keep is how many mails are kept; the oldest are removed for new ones. 0: 200.
	Keep int

	From          domain.Email
	FromName      string // shown beside From; may be empty
	MessageIDHost string // the right part of the Message-ID

	// ListenHost is the address or name that the service listens on. Handler answers
	// only where that is a loopback address or localhost.
	ListenHost string

	// Now is the clock that the Date of a mail and the name of its file are read from.
	Now func() time.Time
}

// Mailbox is a port.Mailer that writes files, and the page that shows them. Several
// processes may use one folder.
type Mailbox struct {
	config Config
	mu     sync.Mutex // held while the folder is changed
}

var _ port.Mailer = (*Mailbox)(nil)

// New returns a Mailbox on the folder, which it leaves alone: the first mail makes it.
func New(c Config) (*Mailbox, error) {
	if c.Keep == 0 {
		c.Keep = defaultKeep
	}
	switch {
	case c.Dir == "":
		return nil, errors.New("devmail: Dir is missing")
	case c.Keep < 0:
		return nil, fmt.Errorf("devmail: Keep %d is negative", c.Keep)
	case !isHost(c.MessageIDHost):
		return nil, errors.New("devmail: MessageIDHost is no host name and no address")
	case !port.IsLine(c.FromName):
		return nil, errors.New("devmail: FromName is no single line of text")
	case c.Now == nil:
		return nil, errors.New("devmail: Now is missing")
	}
	if from, err := domain.ParseEmail(string(c.From)); err != nil || from != c.From {
		return nil, errors.New("devmail: From is no bare address")
	}
	if info, err := os.Stat(c.Dir); err == nil && !info.IsDir() {
		return nil, errors.New("devmail: Dir is no folder")
	}
	return &Mailbox{config: c}, nil
}

// Send implements port.Mailer: nil means that the mail is on the disk, in a file of mode
// 0600 whose name sorts by time. A mail is there as a whole or not at all.
func (b *Mailbox) Send(ctx context.Context, m domain.Mail) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("devmail: keep a mail: %w", err)
	}
	if err := port.CheckMail(m); err != nil {
		return fmt.Errorf("devmail: keep a mail: %w", err)
	}
	now := b.config.Now().UTC()
	content, err := b.encode(m, now)
	if err != nil {
		return fmt.Errorf("devmail: keep a mail: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.makeDir(); err != nil {
		return fmt.Errorf("devmail: make the folder of mails: %w", err)
	}
	if err := b.makeRoom(); err != nil {
		return fmt.Errorf("devmail: keep a mail: %w", err)
	}
	name := now.Format("20060102T150405.000000Z") + "-" + m.ID + extension
	if err := b.write(name, content); err != nil {
		return fmt.Errorf("devmail: keep a mail: %w", err)
	}
	return nil
}

func isHost(text string) bool { return regexp.MustCompile(`^[A-Za-z0-9._:-]+$`).MatchString(text) }

// makeDir makes the folder, with the first mail and not before: a service that sends none
// leaves nothing behind.
func (b *Mailbox) makeDir() error {
	if err := os.MkdirAll(b.config.Dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(b.config.Dir, 0o700)
}

// makeRoom removes the oldest mails until there is room for one more.
func (b *Mailbox) makeRoom() error {
	names, err := b.names()
	if err != nil {
		return err
	}
	for len(names) >= b.config.Keep {
		err := os.Remove(filepath.Join(b.config.Dir, names[0]))
		// Another process may have made room as well.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the oldest mail: %w", err)
		}
		names = names[1:]
	}
	return nil
}

// names returns the names of all mails, oldest first.
func (b *Mailbox) names() ([]string, error) {
	entries, err := os.ReadDir(b.config.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no mail yet
	}
	if err != nil {
		return nil, fmt.Errorf("read the folder of mails: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Type().IsRegular() && isName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

const extension = ".eml"

// isName reports whether name can be that of a mail: none that begins with a dot, and so no
// file that is still being written, and no path.
func isName(name string) bool {
	return strings.HasSuffix(name, extension) && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\:`)
}

// write makes a file that others see only once it is complete.
func (b *Mailbox) write(name string, content []byte) (err error) {
	file, err := os.CreateTemp(b.config.Dir, ".writing-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	if err := os.Rename(file.Name(), filepath.Join(b.config.Dir, name)); err != nil {
		return fmt.Errorf("name the mail: %w", err)
	}
	return nil
}
