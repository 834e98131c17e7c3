#!/bin/sh
# Settle card payments by merchant, as text. Fault: the heading has the time of day.
set -eu
LC_ALL=C
export LC_ALL
seed=$(printf %s "$1" | cksum | cut -d ' ' -f 1)

payments() {
	awk -v state="$seed" '
		function draw(n) { state = (state * 16807 + 11) % 2147483647; return int(state / 2147483647 * n) }
		BEGIN {
			split("bakery cinema garage kiosk pharmacy", merchant, " ")
			for (n = 1; n <= 200; n++) printf "%s %d\n", merchant[1 + draw(5)], 50 + draw(20000)
		}'
}

echo "Settlement of $(date -u '+%Y-%m-%dT%H:%M:%S.%NZ')"
echo "merchant    payments      gross        fee"
payments | sort | awk '
	function flush_merchant() {
		if (n) printf "%-10s %9d %10.2f %10.2f\n", name, n, cents / 100, cents * 0.014 / 100
		n = cents = 0
	}
	$1 != name { flush_merchant(); name = $1 }
	{ n++; cents += $2; all += $2 }
	END { flush_merchant(); printf "%-10s %9d %10.2f\n", "all", NR, all / 100 }'
