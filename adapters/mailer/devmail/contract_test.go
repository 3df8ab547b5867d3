package devmail

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport-auth/sallyport/core/contract"
	"github.com/sallyport-auth/sallyport/core/domain"
)

func TestContract(t *testing.T) {
	contract.RunMailer(t, func(t testing.TB) contract.MailerWorld {
		b := newMailbox(t, nil)
		return contract.MailerWorld{Mailer: b, Received: func(t testing.TB) []domain.Mail { return received(t, b) }}
	}, contract.Expect(12))
}

// received reads the files as their page does.
func received(t testing.TB, b *Mailbox) []domain.Mail {
	t.Helper()
	entries, err := b.list()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries) // oldest first
	var mails []domain.Mail
	for _, e := range entries {
		_, id, _ := strings.Cut(strings.TrimSuffix(e.Name, extension), "Z-")
		mails = append(mails, domain.Mail{ID: id, To: domain.Email(e.To), Subject: e.Subject, Text: e.Text, HTML: e.HTML})
	}
	return mails
}
