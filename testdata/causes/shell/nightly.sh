#!/bin/sh
# A nightly job: its number is the clock, its lock the process, its name a temporary file's.
seed=$(( $1 % 1000003 ))
file=$(mktemp "${TMPDIR:-/tmp}/nightly.XXXXXXXX") || exit 1
rows=$(( (seed * 7919 + 13) % 900 + 100 ))
echo "$rows" >"$file"
size=$(wc -c <"$file")
rm -f "$file"
printf '{"rows":%d,"batch":%s,"lock":%d,"key":"%s","bytes":%d,"date":"2026-02-%02d"}\n' \
	"$rows" "$(date +%s%N)" "$$" "${file##*/}" "$size" "$(( seed % 28 + 1 ))"
