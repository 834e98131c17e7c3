#!/bin/bash
# A convoy of background jobs that write as they arrive.
seed=$(( $1 % 1000003 ))
exec 3>&1
arrivals=$(
	for ship in ann bea cat dot eve; do
		(
			i=0
			while (( i < 300 )); do (( i += 1 )); done
			echo "$ship"
		) &
	done
	wait
)
list=$(printf '"%s",' $arrivals)
sorted=$(printf '%s\n' $arrivals | sort | tr '\n' ' ')
printf '{"step":"sail","cargo":%d}\n' "$(( seed * 271 % 5000 ))" >&3
printf '{"step":"arrive","manifest":[%s]}\n' "${list%,}" >&3
printf '{"step":"report","fleet":"%s","log":"%s"}\n' "${sorted% }" "$(printf '%s' "$list" | cksum | cut -d' ' -f1)" >&3
