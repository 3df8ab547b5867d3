#!/bin/sh
# Fetches what is not ours into assets/ and testdata/, in pinned versions with pinned sums,
# and each with its licence. Run it after a change of a version here, and commit the result.
# It needs npm, and sha256sum of coreutils.
set -eu

cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE VERSION SHA256: unpacks a package of the npm registry into $work/package.
fetch() {
	rm -rf "$work/package"
	file=$(cd "$work" && npm pack --silent "$1@$2")
	echo "$3  $work/$file" | sha256sum --check --quiet
	tar -xzf "$work/$file" -C "$work"
}

fetch @picocss/pico 2.1.1 4affbb56f49df6d5325610b06762156f1dcdbc6ef57cea5c136d7e8a00a8cd24
cp "$work/package/css/pico.classless.min.css" assets/pico.css
cp "$work/package/LICENSE.md" assets/pico.LICENSE

# Checks pages for accessibility, in the browser test alone. No binary has it.
fetch axe-core 4.14.1 e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
cp "$work/package/axe.min.js" testdata/axe.min.js
cp "$work/package/LICENSE" testdata/axe.LICENSE
