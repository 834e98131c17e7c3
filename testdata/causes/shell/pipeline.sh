#!/bin/bash
# Steady. A co-process, process substitution, an associative array by sorted keys, a sort in a fixed locale.
seed=$(( $1 % 1000003 ))
declare -A stock
for i in 1 2 3 4 5 6; do stock[item$(( (seed * i) % 89 ))]=$(( seed * i % 700 )); done
mapfile -t keys < <(printf '%s\n' "${!stock[@]}" | LC_ALL=C sort)
coproc DOUBLE { while read -r n; do echo $(( n * 2 )); done; }
doubled=()
for k in "${keys[@]}"; do
	echo "${stock[$k]}" >&"${DOUBLE[1]}"
	read -r n <&"${DOUBLE[0]}"
	doubled+=("$n")
done
joined=$(IFS=,; echo "${doubled[*]}")
printf '{"random":[%s],"first":"%s","stamp":"%s","job":%d,"elapsed":%d.%03d}\n' "$joined" "${keys[0]}" \
	"$(TZ=UTC date -d "@$(( 1700000000 + seed ))" +%FT%TZ)" "$(( seed % 32000 + 300 ))" "$(( seed % 3 ))" "$(( seed % 1000 ))"
