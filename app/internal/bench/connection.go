package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/valyala/fasthttp"
)

// connection is one client, which sends its next request when the last has been answered.
// It costs so little that the service is what is measured. It is for one goroutine.
type connection struct {
	conn     net.Conn
	reader   *bufio.Reader
	writer   *bufio.Writer
	request  fasthttp.Request
	response fasthttp.Response
}

func dial(address string) (*connection, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{conn: conn, reader: bufio.NewReader(conn), writer: bufio.NewWriter(conn)}, nil
}

func dialMany(address string, n int) ([]*connection, error) {
	var all []*connection
	for range n {
		c, err := dial(address)
		if err != nil {
			closeAll(all)
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func closeAll(all []*connection) {
	for _, c := range all {
		_ = c.close() // nobody waits for anything on it
	}
}

func (c *connection) close() error { return c.conn.Close() }

func (c *connection) get(path string) {
	c.request.Reset()
	c.request.SetRequestURI(path)
	c.request.Header.SetHost("127.0.0.1")
}

func (c *connection) getAs(path, token string) {
	c.get(path)
	c.request.Header.Set(fasthttp.HeaderAuthorization, "Bearer "+token)
}

func (c *connection) post(path string, body []byte) {
	c.get(path)
	c.request.Header.SetMethod(fasthttp.MethodPost)
	c.request.Header.SetContentType("application/json")
	c.request.SetBody(body)
}

// do sends the request, reads the answer, and takes only want for one, 200 where none is
// named.
func (c *connection) do(want ...int) error {
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if err := c.request.Write(c.writer); err != nil {
		return err
	}
	if err := c.writer.Flush(); err != nil {
		return err
	}
	if err := c.response.Read(c.reader); err != nil {
		return err
	}
	if status := c.response.StatusCode(); status != fasthttp.StatusOK && !slices.Contains(want, status) {
		return fmt.Errorf("%s is answered with status %d: %s", c.request.URI().Path(), status, c.response.Body())
	}
	return nil
}

// tokens are what a login and a refresh answer with.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// doForTokens is do for a request that gives tokens.
func (c *connection) doForTokens() (tokens, error) {
	var answer struct{ Data tokens }
	if err := c.do(); err != nil {
		return tokens{}, err
	}
	if err := json.Unmarshal(c.response.Body(), &answer); err != nil {
		return tokens{}, fmt.Errorf("read tokens: %w", err)
	}
	return answer.Data, nil
}

func (c *connection) login(email, password string) (tokens, error) {
	c.post("/auth/login", loginBody(email, password))
	return c.doForTokens()
}

// refresh trades a token for its successor.
func (c *connection) refresh(token string) (next string, err error) {
	c.post("/auth/refresh", []byte(`{"refresh_token":"`+token+`"}`))
	got, err := c.doForTokens()
	return got.Refresh, err
}

func loginBody(email, password string) []byte {
	return []byte(`{"email":"` + email + `","password":"` + password + `"}`)
}
