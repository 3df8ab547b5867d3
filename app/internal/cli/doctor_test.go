package cli_test

import (
	"errors"
	"testing"

	"github.com/sallyport-auth/sallyport/app/internal/cli"
)

func TestDoctorOAuth(t *testing.T) {
	github := func(p *cli.Program) {
		p.Environ = []string{"AUTH_PROVIDERS=GitHub", "AUTH_GITHUB_CLIENT_ID=x", "AUTH_GITHUB_CLIENT_SECRET=a-secret-of-github"}
	}
	half := func(p *cli.Program) { p.Environ = []string{"AUTH_PROVIDERS=GitHub"} }
	well := cli.Finding{About: "GitHub", Level: cli.FindingOK, Text: "it is there"}
	wrong := cli.Finding{About: "GitHub", Level: cli.FindingWrong, Text: "it is not there", Fix: "put it there"}
	note := cli.Finding{About: "PUBLIC_URL", Level: cli.FindingNote, Text: "is local"}

	run(t, &backend{findings: []cli.Finding{note, well}}, github, "doctor", "oauth").
		want(t, cli.ExitOK, "PUBLIC_URL\n  note   is local\nGitHub\n  ok     it is there\n")
	run(t, &backend{findings: []cli.Finding{note, well, wrong}}, github, "doctor", "oauth").
		want(t, cli.ExitFailed, "PUBLIC_URL\n  note   is local\nGitHub\n  ok     it is there\n  wrong  it is not there\n         -> put it there\n", "1 problem was found")
	run(t, &backend{findings: []cli.Finding{wrong, wrong}}, github, "doctor", "oauth").
		want(t, cli.ExitFailed, "GitHub\n  wrong  it is not there\n         -> put it there\n  wrong  it is not there\n         -> put it there\n", "2 problems were found")
	run(t, &backend{findings: []cli.Finding{note}}, nil, "doctor", "oauth").
		want(t, cli.ExitOK, "There is no provider to log in at: AUTH_PROVIDERS and OAUTH_PROVIDERS are not set.\n")
	run(t, &backend{askedErr: errors.New("it did not work out")}, github, "doctor", "oauth").
		want(t, cli.ExitFailed, "", "it did not work out")
	run(t, &backend{}, half, "doctor", "oauth").
		want(t, cli.ExitUsage, "", "AUTH_GITHUB_CLIENT_ID: is not set", "AUTH_GITHUB_CLIENT_SECRET: is not set")
}
