package explorer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// What is in vendored comes by scripts/webassets, with its licences. What is in own is ours.
//
//go:embed vendored/*.gz own
var embedded embed.FS

// file is what a page loads. One that is kept for good has the hash of its content in its path.
type file struct {
	contentType string
	content     []byte
	compressed  bool // content is gzip (RFC 1952)
	kept        bool

	uncompressed func() ([]byte, error) // content, where that is gzip; the same each time
}

// loadFile returns the file of that name: a vendored one, or one of ours.
func loadFile(name string) (file, error) {
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
	f := file{contentType: types[path.Ext(name)], kept: true, compressed: true}
	var err error
	f.content, err = embedded.ReadFile("vendored/" + name + ".gz")
	if errors.Is(err, fs.ErrNotExist) {
		f.compressed = false
		f.content, err = embedded.ReadFile("own/" + name)
	}
	// Once, or programs that take no gzip could keep the processor busy with nothing else.
	f.uncompressed = sync.OnceValues(func() ([]byte, error) { return uncompress(f.content) })
	return f, err
}

// hashed is name with the hash of the content in it, so that a browser may keep what it leads to
// for good.
func (f file) hashed(name string) string {
	sum := sha256.Sum256(f.content)
	extension := path.Ext(name)
	return strings.TrimSuffix(name, extension) + "." + hex.EncodeToString(sum[:8]) + extension
}

// serve answers with the file: as it is kept to browsers, which all understand that, and
// uncompressed to programs that do not say so. To HEAD it says how long that is.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	asKept := !f.compressed || acceptsGzip(r.Header)
	if f.compressed {
		w.Header().Set("Vary", "Accept-Encoding")
		if asKept {
			w.Header().Set("Content-Encoding", "gzip")
		}
	}
	if f.kept {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Content-Type", f.contentType)
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(f.length(asKept)))
		return
	}
	content, err := f.content, error(nil)
	if !asKept {
		if content, err = f.uncompressed(); err != nil { // a test reads every one of them: cannot be
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "This file cannot be read.", http.StatusInternalServerError)
			return
		}
	}
	_, _ = w.Write(content) // the browser has gone
}

// length is that of the content, in bytes. The last four of a gzip file say how long it is without
// compression (RFC 1952, section 2.3.1).
func (f file) length(asKept bool) int {
	if asKept {
		return len(f.content)
	}
	return int(binary.LittleEndian.Uint32(f.content[len(f.content)-4:]))
}

func uncompress(content []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("uncompress: %w", err)
	}
	return io.ReadAll(r)
}

// acceptsGzip reports whether a client names gzip among the codings that it takes.
func acceptsGzip(header http.Header) bool {
	for _, field := range header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(field, ",") {
			coding, weight, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				return strings.ReplaceAll(weight, " ", "") != "q=0"
			}
		}
	}
	return false
}
