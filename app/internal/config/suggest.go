package config

import (
	"maps"
	"slices"
	"strings"
)

// maxDistance is how many letters a name may be off to be taken for a known one.
const maxDistance = 2

// suggest warns of names that are no settings: in the environment, which is full of names
// of others, only of those that look like a slip; in the .env file of all.
func (l *loader) suggest(environment, dotenv layer) {
	known := l.knownNames()
	for _, name := range slices.Sorted(maps.Keys(environment.values)) {
		if isOfProviders(name) {
			continue // pointed out already
		}
		// Short names of others are near ours by chance: HOME is no HOST.
		if near := nearest(name, known, min(maxDistance, len(name)/4)); near != "" {
			l.warn("%s is no setting; did you mean %s?", name, near)
		}
	}
	var ignored []string
	for _, name := range slices.Sorted(maps.Keys(dotenv.values)) {
		if isKnown(name, known) || isOfProviders(name) || isUnsupported(strings.TrimSuffix(name, fileSuffix)) {
			continue
		}
		if near := nearest(name, known, maxDistance); near != "" {
			l.warn("%s in %s is no setting; did you mean %s?", name, l.theEnvFile(), near)
			continue
		}
		ignored = append(ignored, name)
	}
	if ignored != nil {
		l.warn("%s sets names that are no settings of this version and are ignored: %s", l.theEnvFile(), strings.Join(ignored, ", "))
	}
}

func isKnown(name string, known []string) bool {
	return slices.Contains(known, name) || slices.Contains(known, strings.TrimSuffix(name, fileSuffix))
}

// nearest returns the known name that is the fewest letters from name, at most limit, or
// nothing. A known name has no nearest.
func nearest(name string, known []string, limit int) string {
	if isKnown(name, known) {
		return ""
	}
	base, suffix := name, ""
	if cut, found := strings.CutSuffix(name, fileSuffix); found {
		base, suffix = cut, fileSuffix
	}
	best, bestDistance := "", limit+1
	for _, candidate := range known {
		if d := distance(base, candidate); d < bestDistance {
			best, bestDistance = candidate+suffix, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes, or maxDistance+1 where the lengths alone
// say that it is more than maxDistance.
func distance(a, b string) int {
	if max(len(a), len(b))-min(len(a), len(b)) > maxDistance {
		return maxDistance + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitution := diagonal
			if a[i] != b[j] {
				substitution++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitution, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
