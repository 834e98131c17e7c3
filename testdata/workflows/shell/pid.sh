#!/bin/sh
# Build a release manifest, as JSON. Fault: "build_number" is the shell's process id.
set -eu
LC_ALL=C
export LC_ALL
seed=$(printf %s "$1" | cksum | cut -d ' ' -f 1)

components() {
	separator=''
	for name in api console worker gateway scheduler; do
		seed=$(((seed * 16807 + 11) % 2147483647))
		version="$((seed % 4)).$((seed / 4 % 20)).$((seed / 80 % 10))"
		checksum=$(printf '%s %s' "$name" "$version" | cksum | cut -d ' ' -f 1)
		printf '%s\n  {"name": "%s", "version": "%s", "checksum": %s}' "$separator" "$name" "$version" "$checksum"
		separator=,
	done
}

printf '{"channel": "%s",\n' "$([ $((seed % 2)) -eq 0 ] && echo stable || echo candidate)"
printf ' "build_number": %d,\n' $$
printf ' "components": [%s]}\n' "$(components)"
