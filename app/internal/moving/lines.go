package moving

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// maxLine bounds a line, and with it what is held in memory.
const maxLine = 1 << 20 // bytes

// lines reads a text line by line.
type lines struct {
	in     *bufio.Reader
	number int // of the line that was read last
}

func newLines(r io.Reader) *lines {
	in := bufio.NewReaderSize(r, 64<<10)
	skipMark(in)
	return &lines{in: in}
}

// skipMark leaves out what some programs write before UTF-8.
func skipMark(in *bufio.Reader) {
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
}

// next returns the next line that is not blank, without its end, or io.EOF. A line that is too long
// or no UTF-8 is a refusal; the one behind it can be read.
func (l *lines) next() ([]byte, error) {
	for {
		line, err := l.read()
		if err != nil || len(bytes.TrimSpace(line)) > 0 {
			return line, err
		}
	}
}

func (l *lines) read() ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := l.in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			line, tooLong = nil, true
		}
		if !tooLong {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(part) == 0 && len(line) == 0 && !tooLong:
			return nil, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		}
		l.number++
		switch {
		case tooLong:
			return nil, refuse("it is longer than %d bytes", maxLine)
		case !utf8.Valid(line):
			return nil, refusal("it is not in UTF-8")
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}
