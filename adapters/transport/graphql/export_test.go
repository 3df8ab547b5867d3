package graphql

// Known returns how many operations h remembers.
func (h *Handler) Known() int {
	h.known.mu.RLock()
	defer h.known.mu.RUnlock()
	return len(h.known.known)
}

// Plans reports whether h has a plan for a document that holds one operation.
func (h *Handler) Plans(query string) bool {
	p := h.known.get(asked{query: query})
	return p != nil && p.plan != nil
}
