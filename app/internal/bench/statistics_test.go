package main

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		what   string
		sorted []time.Duration
		p      float64
		want   time.Duration
	}{
		{"the median of a hundred is the fiftieth", hundred, 0.5, 50},
		{"p99 of a hundred is the last but one", hundred, 0.99, 99},
		{"p99 of three is the longest", []time.Duration{1, 2, 3}, 0.99, 3},
		{"the least there is", []time.Duration{1, 2, 3}, 0, 1},
		{"nothing has none", nil, 0.5, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := percentile(c.sorted, c.p); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSeparation(t *testing.T) {
	for _, c := range []struct {
		what string
		a, b []time.Duration
		want float64
	}{
		{"always longer", []time.Duration{3, 4}, []time.Duration{1, 2}, 1},
		{"always shorter", []time.Duration{1, 2}, []time.Duration{3, 4}, 0},
		{"the same", []time.Duration{1, 2, 3}, []time.Duration{1, 2, 3}, 0.5},
		{"longer in three of four", []time.Duration{2, 4}, []time.Duration{1, 3}, 0.75},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := separation(c.a, c.b); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
