package graphql

import (
	"sync"

	"github.com/sallyport-auth/sallyport/adapters/transport/graphql/internal/document"
)

// prepared is an operation that has been read and measured. It is not changed any more.
type prepared struct {
	document  *document.Document
	operation document.Operation
	roots     []document.Root

	plan    *plan // nil for one that is left to the library
	isKnown bool  // has been found valid and executed before
}

// prepare reads and measures the operation that is asked for.
func (h *Handler) prepare(a asked) (*prepared, error) {
	if p := h.known.get(a); p != nil {
		return p, nil
	}
	doc, failure := document.Parse(a.query, h.limits)
	if failure != nil {
		return nil, invalid(failure)
	}
	op, failure := doc.Operation(a.operation)
	if failure != nil {
		return nil, invalid(failure)
	}
	roots, failure := doc.Measure(op, h.limits)
	if failure != nil {
		return nil, invalid(failure)
	}
	p := &prepared{document: doc, operation: op, roots: roots}
	p.plan = h.plan(p)
	return p, nil
}

// remember keeps an operation that was found valid and has been executed for somebody who is
// logged in: strangers can neither fill the memory nor make it forget. What a document with a
// string holds may be a password, and is not kept.
func (h *Handler) remember(a asked, p *prepared) {
	if p.isKnown || p.document.HasText() || len(a.query)+len(a.operation) > knownBytes {
		return
	}
	known := *p
	known.isKnown = true
	h.known.put(a, &known)
}

// The most that operations remembers: clients ask for the same few again and again.
const (
	knownOperations = 128
	knownBytes      = 4 << 10 // of each document
)

// operations remembers what was prepared before. The zero value is ready.
type operations struct {
	mu    sync.RWMutex
	known map[operationKey]*prepared
}

type operationKey struct{ query, operation string }

func (o *operations) get(a asked) *prepared {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.known[operationKey{a.query, a.operation}]
}

// put remembers an operation, and forgets all others when there are too many: who sends new
// ones all the time costs everybody else no more than reading theirs once more.
func (o *operations) put(a asked, p *prepared) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= knownOperations {
		o.known = map[operationKey]*prepared{}
	}
	o.known[operationKey{a.query, a.operation}] = p
}
