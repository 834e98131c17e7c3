#!/bin/sh
# A maintenance window: what it costs goes by the clock's second, whether it opens by the day.
seed=$(( $1 % 1000003 ))
now=$(date -u +%s)
second=$(( (now * 7919) % 611 ))
day=$(date -u +%u)
fixed=$(date -d @1700000000 +%H:%M)
printf '{"machine":%d,"cost":%d,"open":%s,"starts":"%s","ends":"%s","timestamp":%d}\n' \
	"$(( seed % 50 ))" "$(( second * 3 + seed % 7 ))" "$([ "$day" -lt 6 ] && echo true || echo false)" \
	"$fixed" "$(date -u -d @1700009000 +%H:%M)" "$(( 1700000000 + seed * 61 ))"
