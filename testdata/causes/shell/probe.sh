#!/bin/sh
# A probe of the machine: what a health page would tell of it.
seed=$(( $1 % 1000003 ))
dir=$(mktemp -d) || exit 1
( cd "$dir" && : >made )
mode=$(stat -c %a "$dir/made")
rm -rf "$dir"
printf '{"probe":%d,"node":"%s","cores":%d,"account":"%s","chars":%d,"mode":%d,"changed":"%s","rota":%d,"spool":"%s","bytes":%d,"user":"svc%d"}\n' \
	"$(( seed * 29 % 3001 ))" "$(uname -n)" "$(nproc)" "$(id -un)" "$(printf 'Málaga–Cádiz' | wc -m)" "$mode" \
	"$(date -d @1750000000 '+%d.%m. %H:%M %Z')" "$(( $(date -u +%-V) % 4 + 1 ))" "${HOME:-/}/spool" "$(printf 'Málaga–Cádiz' | wc -c)" "$(( seed % 20 ))"
