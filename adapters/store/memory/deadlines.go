package memory

import (
	"cmp"
	"container/heap"
)

// deadlines orders keys by a number, the smallest first, so that what is over is found
// without a search. It is not safe for concurrent use.
type deadlines[K cmp.Ordered] struct{ queue queue[K] }

func newDeadlines[K cmp.Ordered]() *deadlines[K] {
	return &deadlines[K]{queue[K]{index: map[K]int{}}}
}

func (d *deadlines[K]) len() int { return len(d.queue.entries) }

func (d *deadlines[K]) get(key K) (at int64, ok bool) {
	i, ok := d.queue.index[key]
	if !ok {
		return 0, false
	}
	return d.queue.entries[i].at, true
}

func (d *deadlines[K]) set(key K, at int64) {
	if i, ok := d.queue.index[key]; ok {
		d.queue.entries[i].at = at
		heap.Fix(&d.queue, i)
		return
	}
	heap.Push(&d.queue, deadline[K]{key, at})
}

func (d *deadlines[K]) remove(key K) {
	if i, ok := d.queue.index[key]; ok {
		heap.Remove(&d.queue, i)
	}
}

// first returns the key with the smallest number if that is not above limit.
func (d *deadlines[K]) first(limit int64) (key K, ok bool) {
	if len(d.queue.entries) == 0 || d.queue.entries[0].at > limit {
		return key, false
	}
	return d.queue.entries[0].key, true
}

type deadline[K cmp.Ordered] struct {
	key K
	at  int64
}

// queue implements heap.Interface and knows where each key is.
type queue[K cmp.Ordered] struct {
	entries []deadline[K]
	index   map[K]int
}

func (q *queue[K]) Len() int           { return len(q.entries) }
func (q *queue[K]) Less(i, j int) bool { return q.entries[i].at < q.entries[j].at }

func (q *queue[K]) Swap(i, j int) {
	q.entries[i], q.entries[j] = q.entries[j], q.entries[i]
	q.index[q.entries[i].key], q.index[q.entries[j].key] = i, j
}

func (q *queue[K]) Push(x any) {
	entry := x.(deadline[K])
	q.index[entry.key] = len(q.entries)
	q.entries = append(q.entries, entry)
}

func (q *queue[K]) Pop() any {
	last := len(q.entries) - 1
	entry := q.entries[last]
	q.entries[last] = deadline[K]{} // lets go of the key
	q.entries = q.entries[:last]
	delete(q.index, entry.key)
	return entry
}
