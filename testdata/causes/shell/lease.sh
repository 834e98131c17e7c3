#!/bin/bash
# A lease on a port: the port by the process, the socket by mktemp, the term by the clock, and what the asking cost.
seed=$(( $1 % 1000003 ))
begun=${EPOCHREALTIME/[.,]/}
socket=$(mktemp -u "${TMPDIR:-/tmp}/lease-XXXXXX.sock")
port=$(( 20000 + $$ % 9973 ))
until=$(date -u -d "now + $(( seed % 50 + 10 )) minutes" +%FT%T.%3NZ)
spent=$(( ${EPOCHREALTIME/[.,]/} - begun ))
key=$(od -An -N5 -tx1 /dev/urandom | tr -d ' \n')
lane=$(( $(printf %s "${socket##*/}" | cksum | cut -d" " -f1) % 31 ))
printf '{"tenant":%d,"port":%d,"build":"%s","size":"%s","queue":%d,"colour":"%s","url":"unix://%s","lane":%d,"random":%d}\n' \
	"$(( seed * 41 % 6007 ))" "$port" "${socket##*/}" "$until" "$spent" "$key" "db$(( port % 10 )).local" "$lane" "$(( seed * 7 % 100 ))"
