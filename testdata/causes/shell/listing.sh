#!/bin/sh
# A listing in the order in which the folder gives it; and one that is sorted.
seed=$(( $1 % 1000003 ))
dir=$(mktemp -d "${TMPDIR:-/tmp}/listing.XXXXXX") || exit 1
for i in 1 2 3 4 5 6 7 8 9; do
	: >"$dir/f$(( (seed * 131 + i * 7907) % 100000 ))"
done
found=$(cd "$dir" && find . -type f | sed 's,^\./,",; s,$,",' | tr '\n' ',')
sorted=$(cd "$dir" && ls | sed 's,^,",; s,$,",' | tr '\n' ',')
rm -rf "$dir"
printf '{"seed":%d,"sorted":[%s],"listed":[%s],"n":9}\n' "$seed" "${found%,}" "${sorted%,}"
