package memory

import (
	"iter"
	"maps"
)

// overlay is a map as one writer would change it. It reads through to the base, which stays
// as it is until the overlay is taken over. It is not safe for concurrent use.
type overlay[K comparable, V any] struct {
	base    map[K]V
	changed map[K]*V // nil where the value would be removed
}

func overlayOn[K comparable, V any](base map[K]V) *overlay[K, V] {
	return &overlay[K, V]{base: base, changed: map[K]*V{}}
}

func (o *overlay[K, V]) get(key K) (v V, ok bool) {
	if changed, touched := o.changed[key]; touched {
		if changed == nil {
			return v, false
		}
		return *changed, true
	}
	v, ok = o.base[key]
	return v, ok
}

func (o *overlay[K, V]) put(key K, v V) { o.changed[key] = &v }

func (o *overlay[K, V]) remove(key K) {
	if _, known := o.get(key); known {
		o.changed[key] = nil
	}
}

// all yields what there was as the walk began, in no order; the loop may put and remove.
func (o *overlay[K, V]) all() iter.Seq2[K, V] {
	before := maps.Clone(o.changed)
	return func(yield func(K, V) bool) {
		for key, v := range before {
			if v != nil && !yield(key, *v) {
				return
			}
		}
		for key, v := range o.base {
			if _, touched := before[key]; !touched && !yield(key, v) {
				return
			}
		}
	}
}

// takeOver makes the changes in the base.
func (o *overlay[K, V]) takeOver() {
	for key, v := range o.changed {
		if v == nil {
			delete(o.base, key)
		} else {
			o.base[key] = *v
		}
	}
}
