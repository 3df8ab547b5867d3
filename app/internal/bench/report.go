package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is everything that was measured.
type report struct {
	embedded            bool // the database is a part of the service, for which the aims of both are
	lines               []measurement
	starts              []time.Duration
	rushes              []rush
	hashTime, loginTime []time.Duration
	hashCPU, loginCPU   []time.Duration
	unknown, wrong      []time.Duration
}

const (
	mebibyte   = 1 << 20
	hashMemory = 64 * mebibyte // of one hash at the default cost
	lanes      = 4             // of one hash, which occupy as many processors
	mostSlots  = 4             // hashes at once, at the default
	headroom   = 24 * mebibyte
)

// write writes the report as Markdown.
func (r report) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s/%s, %d processors\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	r.writeLines(&b)
	r.writeAims(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r report) writeLines(b io.Writer) {
	fmt.Fprintln(b, "| | at once | per second | processor time each | allocations each | p50 | p99 |")
	fmt.Fprintln(b, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, m := range r.lines {
		fmt.Fprintf(b, "| %s | %d | %s | %s | %.0f, %s | %s | %s |\n", m.what, m.clients,
			thousands(m.perSecond), duration(m.cpu), m.allocations, size(m.allocatedB), duration(m.p50), duration(m.p99))
	}
	fmt.Fprintln(b)
}

func (r report) writeAims(b io.Writer) {
	fmt.Fprintln(b, "| aim | measured | |")
	fmt.Fprintln(b, "| --- | --- | --- |")
	line := func(aim, measured string, met bool) {
		verdict := "missed"
		if met {
			verdict = "met"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", aim, measured, verdict)
	}

	if len(r.starts) > 0 {
		line("start to first answer at most 60 ms", duration(median(r.starts)), median(r.starts) <= 60*time.Millisecond)
	}
	if len(r.loginCPU) > 0 {
		hash, login := median(r.hashCPU), median(r.loginCPU)
		line("login within 3 % of the hash alone, in processor time",
			fmt.Sprintf("%s and %s: %+.1f %%", duration(login), duration(hash), percent(login, hash)), percent(login, hash) <= 3)
		hash, login = median(r.hashTime), median(r.loginTime)
		line("the same as a client sees it, one at a time",
			fmt.Sprintf("%s and %s: %+.1f %%", duration(login), duration(hash), percent(login, hash)), percent(login, hash) <= 3)
	}
	refresh, refreshed := r.line("refresh", most)
	if refreshed && r.embedded {
		line("refresh at most 100 µs of processor time", duration(refresh.cpu), refresh.cpu <= 100*time.Microsecond)
	}
	if commit, ok := r.line("one commit at a time", 1); ok && refreshed {
		line("at 64 connections 4 times as many refreshes as commits one by one",
			fmt.Sprintf("%s/s and %s/s: %.1f times", thousands(refresh.perSecond), thousands(commit.perSecond), refresh.perSecond/commit.perSecond),
			refresh.perSecond >= 4*commit.perSecond)
	}
	if committed, ok := r.line(update, some); ok {
		if refresh, ok := r.line("refresh", some); ok {
			share := refresh.perSecond / committed.perSecond
			line(fmt.Sprintf("at %d connections 0.7 times as many refreshes as plain updates of one row", some),
				fmt.Sprintf("%s/s and %s/s: %.2f times", thousands(refresh.perSecond), thousands(committed.perSecond), share), share >= 0.7)
		}
	}
	if me, ok := r.line("GET /users/me", most); ok && r.embedded {
		line("`/users/me` at most 50 µs of processor time", duration(me.cpu), me.cpu <= 50*time.Microsecond)
	}
	if rest, ok := r.line(byREST, some); ok {
		for _, what := range []string{byGraphQL, byGraphQLFour, byGraphQLNew} {
			if graph, ok := r.line(what, some); ok {
				times := float64(graph.cpu) / float64(rest.cpu)
				line(what+": at most 2.5 times the processor time of REST",
					fmt.Sprintf("%s and %s: %.2f times", duration(graph.cpu), duration(rest.cpu), times), times <= 2.5)
			}
		}
	}

	slots := int64(min((runtime.GOMAXPROCS(0)+lanes-1)/lanes, mostSlots))
	for i, s := range r.rushes {
		if i == 0 {
			line("idle memory at most 30 MB", mebibytes(s.idle), s.idle <= 30*mebibyte)
		}
		allowed := slots*hashMemory + s.allowed
		if s.besideIdle {
			allowed += s.idle
		}
		line(fmt.Sprintf("%s: memory at most "+s.aim, s.what, slots),
			fmt.Sprintf("%s of %s", mebibytes(s.peak), mebibytes(allowed)), s.peak <= allowed)
		quiet, loud := percentile(s.quiet.sorted, 0.99), percentile(s.loud.sorted, 0.99)
		line("meanwhile `/users/me` of others: p99 at most 10 times the quiet one",
			fmt.Sprintf("%s and %s: %.1f times (%.0f logins and %s refusals a second)", duration(loud), duration(quiet), float64(loud)/float64(quiet),
				float64(s.logins)/s.took.Seconds(), thousands(float64(s.refused)/s.took.Seconds())),
			loud <= 10*quiet)
	}
	if len(r.wrong) == 0 {
		return
	}
	apart := separation(r.unknown, r.wrong)
	line(fmt.Sprintf("an unknown address and a wrong password cannot be told apart by time: AUC of %d pairs from 0.25 to 0.75", len(r.wrong)),
		fmt.Sprintf("%.2f (p50 %s and %s)", apart, duration(median(r.unknown)), duration(median(r.wrong))), apart >= 0.25 && apart <= 0.75)
}

// line returns a measurement by its name, if it was taken.
func (r report) line(what string, clients int) (m measurement, ok bool) {
	at := slices.IndexFunc(r.lines, func(m measurement) bool { return m.what == what && m.clients == clients })
	if at < 0 {
		return measurement{}, false
	}
	return r.lines[at], true
}

// percent is how much longer a is than b.
func percent(a, b time.Duration) float64 { return 100 * (float64(a)/float64(b) - 1) }

// duration writes d in ms, or in µs where it is shorter than one.
func duration(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

func mebibytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/mebibyte) }

func size(bytes float64) string {
	if bytes >= mebibyte {
		return fmt.Sprintf("%.1f MB", bytes/mebibyte)
	}
	return fmt.Sprintf("%.1f kB", bytes/1024)
}

// thousands writes a number as people read it.
func thousands(n float64) string {
	if n < 1000 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.0f,%03d", float64(int(n)/1000), int(n)%1000)
}
