#!/bin/sh
# A log that is rotated by hand: each run adds its line, and the archive is named after how many there are.
seed=$(( $1 % 1000003 ))
log=state/sh-rotate/app.log
mkdir -p "${log%/*}"
echo "run $seed" >>"$log"
lines=$(( $(wc -l <"$log") ))
printf '{"app":"app%d","level":%d,"archive":"app.log.%05d.gz","rotations":%d,"lines":%d}\n' \
	"$(( seed % 40 ))" "$lines" "$lines" "$(( lines / 7 ))" "$(( seed * 23 % 7000 ))"
