#!/bin/sh
# Visits leave a file each in a folder beside the program, and the next visit counts them.
seed=$(( $1 % 1000003 ))
dir=state/sh-visits
mkdir -p "$dir"
n=$(ls "$dir" | wc -l)
: >"$dir/v$(( n + 1 ))"
printf '{"visitor":%d,"random":%d,"greeting":"visit %d","elapsed_ms":%d,"door":"north"}\n' \
	"$(( seed * 37 % 1000 ))" "$n" "$n" "$(( seed % 90 ))"
