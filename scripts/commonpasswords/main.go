// Commonpasswords makes core/auth/common_passwords.txt: the passwords that attackers try first,
// in lower case, one a line, sorted byte by byte so that the core can search it as it is.
//
// They are the first 10 000 of the list of @zxcvbn-ts/language-common, an npm package under the
// MIT licence, that are long enough to be a password here at all, and those of own.txt, which
// that list lacks. To make it anew, from the top of the checkout:
//
//	npm pack @zxcvbn-ts/language-common@4.1.3
//	tar -xzf zxcvbn-ts-language-common-4.1.3.tgz
//	go run ./scripts/commonpasswords package/src/passwords.json > core/auth/common_passwords.txt
package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport-auth/sallyport/core/auth"
)

const (
	// wanted is how many passwords are taken from the list.
	wanted = 10_000

	// sum is the SHA-256 of the one file that the list is made of.
	sum = "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1"
)

//go:embed own.txt
var own string

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "commonpasswords:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("name the passwords.json of @zxcvbn-ts/language-common 4.1.3")
	}
	source, err := os.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("read the list: %w", err)
	}
	if got := sha256.Sum256(source); hex.EncodeToString(got[:]) != sum {
		return errors.New("this is another version of the list")
	}
	list, err := common(source)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, strings.Join(list, "\n")+"\n")
	return err
}

// common returns what is in the binary, made of a JSON array in the order of frequency.
func common(source []byte) ([]string, error) {
	var ranked []string
	if err := json.Unmarshal(source, &ranked); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	list := slices.DeleteFunc(ranked, isTooShort)
	list = append(list[:min(wanted, len(list))], strings.Fields(own)...)
	for i := range list {
		list[i] = strings.ToLower(list[i])
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), isTooShort), nil
}

// isTooShort is true of what is refused for its length already.
func isTooShort(password string) bool {
	return utf8.RuneCountInString(password) < auth.MinPasswordRunes
}
