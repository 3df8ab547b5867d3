package wiring

import (
	"fmt"

	"github.com/sallyport-auth/sallyport/adapters/composer/gotemplate"
	"github.com/sallyport-auth/sallyport/app/internal/config"
	"github.com/sallyport-auth/sallyport/app/internal/keys"
)

// NewComposer reads and tries the templates of mails. What is wrong with them matches
// keys.ErrConfiguration.
func NewComposer(c config.Config) (*gotemplate.Composer, error) {
	composer, err := gotemplate.New(gotemplate.Config{
		Path:            c.Mail.TemplatesPath,
		DefaultLanguage: c.Mail.DefaultLanguage,
		ProjectName:     c.General.ProjectName,
	})
	if err != nil {
		return nil, badTemplates{err}
	}
	return composer, nil
}

// badTemplates is a mistake of the operator's.
type badTemplates struct{ error }

func (e badTemplates) Error() string {
	return fmt.Sprintf("EMAIL_TEMPLATES_PATH and EMAIL_DEFAULT_LANGUAGE: %v", e.error)
}
func (e badTemplates) Unwrap() error      { return e.error }
func (badTemplates) Is(target error) bool { return target == keys.ErrConfiguration }
