package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"

	"github.com/sallyport-auth/sallyport/core/domain"
)

// What is not ours in there comes by vendor.sh.
//
//go:embed assets/pico.css assets/pages.css assets/icon.svg
var assetFiles embed.FS

// assetsPath is where the assets are.
const assetsPath = "/admin/assets/"

// asset is a file that pages load.
type asset struct {
	contentType string
	content     []byte
}

// assets are the files that pages load, by path. Each path has the hash of its content in
// it, so that a browser may keep what it leads to for good.
type assets map[string]asset

func loadAssets() (assets, error) {
	types := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, err
	}
	all := assets{}
	for _, entry := range entries {
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			return nil, err
		}
		extension := path.Ext(entry.Name())
		sum := sha256.Sum256(content)
		hashed := strings.TrimSuffix(entry.Name(), extension) + "." + hex.EncodeToString(sum[:8]) + extension
		all[assetsPath+hashed] = asset{types[extension], content}
	}
	return all, nil
}

// pathOf returns the path of the asset with that name before its hash.
func (all assets) pathOf(name string) string {
	for p := range all {
		if strings.HasPrefix(p, assetsPath+name+".") {
			return p
		}
	}
	return ""
}

func (a asset) serve(v *visit) error {
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		v.w.Header().Set("Allow", "GET, HEAD")
		return domain.NewError(domain.MethodNotAllowed, nil)
	}
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	v.w.Header().Set("Content-Type", a.contentType)
	_, _ = v.w.Write(a.content) // the browser has gone
	return nil
}
