package main

import (
	"math"
	"slices"
	"time"
)

// percentile returns the smallest of the sorted times that a share of p of them does not
// exceed (nearest rank), or 0 where there are none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// median is the percentile of one half of times in any order.
func median(times []time.Duration) time.Duration {
	return percentile(slices.Sorted(slices.Values(times)), 0.5)
}

// separation is the area under the ROC curve: how often one of a takes longer than one of
// b, ties counted by half. Half says that the two cannot be told apart by time; 0 and 1, that
// one look is enough.
func separation(a, b []time.Duration) float64 {
	var longer float64
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				longer++
			case x == y:
				longer += 0.5
			}
		}
	}
	return longer / float64(len(a)*len(b))
}
