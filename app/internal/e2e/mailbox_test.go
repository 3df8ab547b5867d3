package e2e

import (
	"errors"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport-auth/sallyport/core/domain"
	"github.com/sallyport-auth/sallyport/core/port"
)

// awaitDelivery waits until the program's own loop has dealt with every letter.
func awaitDelivery(t testing.TB, dataDir string) {
	t.Helper()
	awaitEmpty(t, openStore(t, dataDir).Repos().MailQueue)
}

// awaitEmpty waits until no letter is left.
func awaitEmpty(t testing.TB, queue port.MailQueue) {
	t.Helper()
	limit, look := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer limit.Stop()
	defer look.Stop()
	for {
		left := 0
		for _, kind := range domain.LetterKinds() {
			waiting, err := queue.Waiting(t.Context(), kind, 100)
			if err != nil {
				t.Fatalf("count letters: %v", err)
			}
			left += waiting
		}
		if left == 0 {
			return
		}
		select {
		case <-look.C:
		case <-limit.C:
			t.Fatalf("%d letters were not delivered within %v", left, patience)
		}
	}
}

// readMailbox returns the mails in the development mailbox, in the order in which they came.
func readMailbox(t testing.TB, dataDir string) []domain.Mail {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dataDir, "mailbox"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	// By the time at which they were written: by name they are sorted by the program's
	// clock, which in some tests stands still.
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return writtenAt(t, a).Compare(writtenAt(t, b)) })
	var mails []domain.Mail
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".eml") {
			mails = append(mails, readMail(t, filepath.Join(dataDir, "mailbox", entry.Name())))
		}
	}
	return mails
}

func writtenAt(t testing.TB, entry os.DirEntry) time.Time {
	t.Helper()
	info, err := entry.Info()
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

func readMail(t testing.TB, path string) domain.Mail {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	message, err := mail.ReadMessage(file)
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	to, err := mail.ParseAddress(message.Header.Get("To"))
	if err != nil {
		t.Fatalf("read To of %s: %v", path, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatalf("read Subject of %s: %v", path, err)
	}
	return domain.Mail{ID: message.Header.Get("Message-Id"), To: domain.Email(to.Address), Subject: subject, Text: plainText(t, message)}
}

// plainText returns the text/plain part.
func plainText(t testing.TB, message *mail.Message) string {
	t.Helper()
	return part(t, message, "text/plain")
}

// part returns the part of that type. It can be read once.
func part(t testing.TB, message *mail.Message, mediaType string) string {
	t.Helper()
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatalf("the mail has no part of type %s: %v", mediaType, err)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), mediaType) {
			continue
		}
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}
