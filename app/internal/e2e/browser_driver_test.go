package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axeFile is axe-core, which a script of that module fetches.
const axeFile = "../../../adapters/transport/pages/testdata/axe.min.js"

// browser is a tab of a headless Chromium. Its methods end the test when something is not
// as they want it.
type browser struct {
	t     testing.TB
	ctx   context.Context
	axe   string
	hosts []string // that it may ask
	mu    sync.Mutex
	seen  []string // what the browser asked for or complained about and should not have
}

// openBrowser starts program, a browser, with a profile of its own. At the end of the test it must
// have asked nothing of other hosts than these, have found nothing that the policy of a page
// forbids, and no script may have failed.
func openBrowser(t testing.TB, program string, hosts ...string) *browser {
	t.Helper()
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatal(err)
	}
	patient, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	allocator, end := chromedp.NewExecAllocator(patient, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // root has none, and it visits nobody but us
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en"),
	)...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)

	b := &browser{t: t, ctx: ctx, axe: string(axe), hosts: hosts}
	b.prepare()
	return b
}

// newTab opens another tab beside b.
func (b *browser) newTab() *browser {
	b.t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	b.t.Cleanup(closeTab)
	tab := &browser{t: b.t, ctx: ctx, axe: b.axe, hosts: b.hosts}
	tab.prepare()
	return tab
}

// prepare opens the tab, and has the end of the test look at what it was seen to do.
func (b *browser) prepare() {
	b.t.Helper()
	run(b, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		b.watch(tab, b.hosts)
		// As if the window were in front: what has the focus is drawn so.
		if _, err := cdp.Call(ctx, tab, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, tab, runtime.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{})
		return err
	}))
	b.t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, what := range b.seen {
			b.t.Error(what)
		}
	})
}

// chromium returns the path of the browser. Where there is none the test is skipped, but
// never in CI.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "there is no Chromium: on Debian, apt-get install chromium"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// watch writes down what the tab asks of other hosts, what it refuses to do because of a
// policy, and what goes wrong in the scripts of a page.
func (b *browser) watch(tab *chromedp.Target, hosts []string) {
	requests := cdp.Events(b.ctx, tab, network.RequestWillBeSent)
	entries := cdp.Events(b.ctx, tab, browserlog.EntryAdded)
	exceptions := cdp.Events(b.ctx, tab, runtime.ExceptionThrown)
	calls := cdp.Events(b.ctx, tab, runtime.ConsoleAPICalled)
	note := func(format string, args ...any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seen = append(b.seen, fmt.Sprintf(format, args...))
	}
	go func() {
		for event, err := range requests {
			if err != nil {
				return
			}
			u, err := url.Parse(event.Request.URL)
			if err == nil && u.Scheme == "data" {
				continue // asks nobody
			}
			if err != nil || u.Scheme != "http" || !slices.Contains(hosts, u.Host) {
				note("the browser asked for %s", event.Request.URL)
			}
		}
	}()
	go func() {
		for event, err := range exceptions {
			if err != nil {
				return
			}
			what := event.ExceptionDetails.Text
			if thrown := event.ExceptionDetails.Exception; thrown != nil {
				what += " " + thrown.Description
			}
			note("a script threw: %s", what)
		}
	}()
	go func() {
		for event, err := range calls {
			if err != nil {
				return
			}
			if event.Type == runtime.ConsoleAPICalledTypeError {
				for _, arg := range event.Args {
					note("a script complains: %s %s", arg.Value, arg.Description)
				}
			}
		}
	}()
	go func() {
		for event, err := range entries {
			if err != nil {
				return
			}
			if event.Entry.Source == browserlog.EntrySourceSecurity || strings.Contains(event.Entry.Text, "Content Security Policy") {
				note("the browser says: %s", event.Entry.Text)
			}
		}
	}()
}

// run runs one action in the tab.
func run[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// open goes to a page and waits until it is there.
func (b *browser) open(page string) {
	b.t.Helper()
	run(b, chromedp.Navigate(page))
}

// openUntil opens the page again and again until it has the element.
func (b *browser) openUntil(page, selector string) {
	b.t.Helper()
	for {
		b.open(page)
		if run(b, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%q) !== null", selector))) {
			return
		}
	}
}

// at waits for the page at that path whose title begins with title.
func (b *browser) at(path, title string) {
	b.t.Helper()
	b.await(fmt.Sprintf("location.pathname + location.search === %q && document.title.startsWith(%q)", path, title))
}

// sees waits for a page with that element.
func (b *browser) sees(selector string) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q) !== null", selector))
}

// click clicks on the element, once there is one.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.sees(selector)
	run(b, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).click()", selector)))
}

// reads waits until the element shows the text.
func (b *browser) reads(selector, text string) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q) !== null && document.querySelector(%q).innerText.includes(%q)", selector, selector, text))
}

// focused waits until that element has the focus, and one sees it.
func (b *browser) focused(selector string) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.activeElement.matches(%q) && getComputedStyle(document.activeElement).outlineStyle !== 'none'", selector))
}

// holds waits until that field has the value.
func (b *browser) holds(selector, value string) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q).value === %q", selector, value))
}

// await waits until the condition is true of a page that has been loaded.
func (b *browser) await(condition string) {
	b.t.Helper()
	patient, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		// Between two pages there is none to ask.
		met, err := chromedp.Run(patient, chromedp.Evaluate[bool]("document.readyState === 'complete' && "+condition))
		if err == nil && met {
			return
		}
		if patient.Err() != nil {
			page, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.title + '\\n' + document.activeElement.outerHTML + '\\n' + document.body.innerText"))
			b.t.Fatalf("waited in vain for %s at\n%s", condition, page)
		}
	}
}

// press presses keys, one after the other, wherever the focus is.
func (b *browser) press(keys string) {
	b.t.Helper()
	run(b, chromedp.KeyEvent(keys))
}

// selectAll selects the text of the field, so that the next key replaces it.
func (b *browser) selectAll() {
	b.t.Helper()
	run(b, chromedp.Evaluate[chromedp.Void]("document.activeElement.select()"))
}

// tabTo presses the tabulator until that element has the focus.
func (b *browser) tabTo(selector string) {
	b.t.Helper()
	for range 30 {
		b.press(kb.Tab)
		if run(b, chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", selector))) {
			b.focused(selector)
			return
		}
	}
	b.t.Fatalf("no tabulator leads to %s", selector)
}

// accessible has axe look at the page, by day and by night, and fails the test for each
// rule that the page breaks.
func (b *browser) accessible() {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		run(b, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme},
				{Name: "prefers-reduced-motion", Value: "reduce"}, // or colours are measured on their way
			}})
			return err
		}))
		run(b, chromedp.Evaluate[chromedp.Void](b.axe+"; undefined"))
		// preload would fetch the style sheets by script, which the policy forbids.
		broken := run(b, chromedp.Evaluate[[]string](`axe.run({preload: false}).then(result =>
			result.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join("; ")))`, chromedp.EvalAwaitPromise))
		for _, rule := range broken {
			b.t.Errorf("%s, %s: %s", run(b, chromedp.Location()), scheme, rule)
		}
	}
}
