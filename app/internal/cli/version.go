package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// Run shows the version.
func (cmd versionCommand) Run(in *invocation) error {
	v := in.version()
	if cmd.JSON {
		return writeJSON(in.Stdout, v)
	}
	commit := ""
	if v.Commit != "" {
		commit = ", commit " + v.Commit
	}
	_, err := fmt.Fprintf(in.Stdout, "sallyport %s (%s, %s%s)\n", v.Version, v.Go, v.Platform, commit)
	return err
}

type versionInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// version is what the release set, or else what the build knows of itself.
func (in *invocation) version() versionInfo {
	v := versionInfo{Version: in.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if ok {
		v.Commit = commitOf(build.Settings)
	}
	if v.Version == "" && ok {
		v.Version = build.Main.Version
	}
	if v.Version == "" || v.Version == "(devel)" {
		v.Version = "development"
	}
	return v
}

func commitOf(settings []debug.BuildSetting) string {
	commit, changed := "", ""
	for _, setting := range settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			changed = " with changes"
		}
	}
	if commit == "" {
		return ""
	}
	return commit + changed
}
