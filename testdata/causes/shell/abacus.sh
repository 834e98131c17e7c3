#!/bin/sh
# Steady. awk's generator with a seed, pipes in order, a wait, a scratch file that nobody hears of.
seed=$(( $1 % 1000003 ))
file=$(mktemp) || exit 1
awk -v seed="$seed" 'BEGIN { x = seed; for (i = 0; i < 40; i++) { x = (x * 16807 + 11) % 2147483647; print x % 1000 } }' >"$file"
sum=$(awk '{ s += $1 } END { print s }' "$file")
top=$(sort -n "$file" | tail -3 | tr '\n' ',')
sum2=$(cksum <"$file" | cut -d' ' -f1)
rm -f "$file"
sleep 0.02
printf '{"sum":%d,"top":[%s],"tmp":"/tmp/tmp.%d","duration":"0m0.%03ds","check":"%s"}\n' "$sum" "${top%,}" "$(( seed * 7 + 1000 ))" "$(( seed * 13 % 1000 ))" "$sum2"
