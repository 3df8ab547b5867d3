package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// process is a process that is measured.
type process struct {
	address  string
	command  *exec.Cmd
	commands io.WriteCloser
	answers  *bufio.Reader
	started  time.Duration // until its first answer
}

// patience is how long a process may take to answer for the first time.
const patience = 30 * time.Second

// start runs this program as what, and returns when it has answered for the first time. It
// writes its log into a file, as a service without a terminal does.
func start(ctx context.Context, what, folder string, env ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(folder, what+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()

	p := &process{address: net.JoinHostPort("127.0.0.1", port), command: exec.CommandContext(ctx, self, what, port)}
	p.command.Dir = folder // where there is no .env
	p.command.Env = append([]string{"DATA_DIR=" + folder, "PORT=" + port, "LOG_STYLE=raw"}, env...)
	p.command.Stderr = log
	if p.commands, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.answers = bufio.NewReader(output)
	began := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := p.awaitAnswer(began); err != nil {
		text, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("start %s: %w\n%s", what, err, text), p.stop())
	}
	return p, nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), listener.Close()
}

// awaitAnswer asks again and again, as a load balancer would, only more often.
func (p *process) awaitAnswer(began time.Time) error {
	for {
		c, err := dial(p.address)
		if err == nil {
			c.get("/server/ping")
			err = errors.Join(c.do(), c.close())
		}
		p.started = time.Since(began)
		if err == nil {
			return nil
		}
		if p.started > patience {
			return fmt.Errorf("no answer within %v: %w", patience, err)
		}
		time.Sleep(500 * time.Microsecond)
	}
}

// stop ends the process: it ends when nobody can command it any more.
func (p *process) stop() error {
	err := p.commands.Close()
	if failed := p.command.Wait(); failed != nil {
		err = errors.Join(err, fmt.Errorf("the measured process: %w", failed))
	}
	return err
}

func (p *process) tell(line string) (answer string, err error) {
	if _, err := io.WriteString(p.commands, line+"\n"); err != nil {
		return "", err
	}
	return p.answers.ReadString('\n')
}

// counters asks the process what it has used since it began.
func (p *process) counters() (counters, error) {
	var c counters
	answer, err := p.tell(sayCounters)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(answer), &c)
}

// profile has the process write a processor profile until the function it returns is called.
func (p *process) profile(path string) (end func() error, err error) {
	if _, err := p.tell(startProfile + path); err != nil {
		return nil, err
	}
	return func() error { _, err := p.tell(endProfile); return err }, nil
}
