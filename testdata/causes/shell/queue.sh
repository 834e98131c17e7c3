#!/bin/bash
# Steady. Jobs in the background, but each is waited for and read in turn.
seed=$(( $1 % 1000003 ))
dir=$(mktemp -d) || exit 1
pids=()
for i in 1 2 3 4; do
	( RANDOM=$(( seed % 1000 + i )); echo "$(( RANDOM % 100 ))" >"$dir/$i" ) &
	pids+=($!)
done
for p in "${pids[@]}"; do wait "$p"; done
for i in 1 2 3 4; do printf '{"job":%d,"result":%d}\n' "$i" "$(cat "$dir/$i")"; done
rm -rf "$dir"
printf '{"jobs":%d,"pid":%d,"host":"h%d.local"}\n' "${#pids[@]}" "$(( seed * 101 % 30000 ))" "$(( seed % 5 ))"
