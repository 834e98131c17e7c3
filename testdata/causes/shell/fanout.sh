#!/bin/sh
# Checks run four at a time under xargs and say when they are through.
seed=$(( $1 % 1000003 ))
through=$(seq 1 9 | xargs -P 4 -n 1 sh -c 'i=0; while [ $i -lt 400 ]; do i=$((i + 1)); done; echo "$1"' check)
sum=0
list=
last=
for n in $through; do
	sum=$(( sum + n ))
	list="$list,\"check$n\""
	last=$n
done
printf '{"suite":%d,"sum":%d,"alphabetical":[%s],"slowest":"check%d","shard":%d}\n' \
	"$(( seed * 3 % 5000 ))" "$sum" "${list#,}" "$last" "$(( seed % 4 ))"
