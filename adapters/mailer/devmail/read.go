package devmail

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxMailBytes is how much of a file is read; the mails of the service are far shorter.
const maxMailBytes = 1 << 20

// entry is a mail as the page shows it.
type entry struct {
	Name              string // of the file
	Subject, From, To string
	Date              time.Time
	Text, HTML        string
}

// list returns all mails, newest first. A file that is gone meanwhile, or that is no mail,
// is left out.
func (b *Mailbox) list() ([]entry, error) {
	names, err := b.names()
	if err != nil {
		return nil, err
	}
	slices.Reverse(names)
	var entries []entry
	for _, name := range names {
		if e, err := b.open(name); err == nil {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// open reads one mail.
func (b *Mailbox) open(name string) (entry, error) {
	content, err := b.read(name)
	if err != nil {
		return entry{}, err
	}
	message, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		return entry{}, fmt.Errorf("read the mail: %w", err)
	}
	words := new(mime.WordDecoder)
	header := func(key string) string {
		text, err := words.DecodeHeader(message.Header.Get(key))
		if err != nil {
			return message.Header.Get(key)
		}
		return text
	}
	e := entry{Name: name, Subject: header("Subject"), From: header("From"), To: strings.Trim(header("To"), "<>")}
	if e.Date, err = message.Header.Date(); err != nil {
		return entry{}, fmt.Errorf("read the date of the mail: %w", err)
	}
	if e.Text, e.HTML, err = bodies(message); err != nil {
		return entry{}, fmt.Errorf("read the parts of the mail: %w", err)
	}
	return e, nil
}

// read returns a file as it is. A name that cannot be that of a mail does not exist.
func (b *Mailbox) read(name string) (string, error) {
	if !isName(name) {
		return "", os.ErrNotExist
	}
	path := filepath.Join(b.config.Dir, name)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(os.ErrNotExist, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxMailBytes))
	if err != nil {
		return "", err
	}
	return string(content), nil
}

func bodies(message *mail.Message) (text, html string, err error) {
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return "", "", err
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return text, html, nil
		}
		if err != nil {
			return "", "", err
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return "", "", err
		}
		normal := strings.ReplaceAll(string(body), "\r\n", "\n")
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			text = normal
		case "text/html":
			html = normal
		}
	}
}
