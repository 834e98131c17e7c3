#!/bin/sh
# Summarise a day's access log, as text. Steady; the seed arrives in the environment.
# The log is made by a generator of our own: awk's rand differs from one awk to the next.
set -eu
LC_ALL=C
export LC_ALL
seed=$(printf %s "${SHADOWRUN_SEED:?}" | cksum | cut -d ' ' -f 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v state="$seed" '
	function draw(n) { state = (state * 16807 + 11) % 2147483647; return int(state / 2147483647 * n) }
	BEGIN {
		split("/ /cart /login /search /help", page, " ")
		for (minute = 0; minute < 400; minute++) {
			status = draw(20) ? 200 : draw(2) ? 404 : 500
			printf "%02d:%02d %s %d %d\n", minute / 60, minute % 60, page[1 + draw(5)], status, 20 + draw(900)
		}
	}' >"$work/access.log"

echo "Access report, day of seed $SHADOWRUN_SEED"
echo
echo "Requests by page:"
cut -d ' ' -f 2 "$work/access.log" | sort | uniq -c | sort -k1,1nr -k2,2 | awk '{ printf "  %-8s %5d\n", $2, $1 }'
echo
echo "Status:"
cut -d ' ' -f 3 "$work/access.log" | sort | uniq -c | awk '{ printf "  %s %5d\n", $2, $1 }'
echo
awk '{ sum += $4; if ($4 > worst) { worst = $4; at = $1 } }
	END { printf "Mean %.3f ms, slowest %d ms at %s\n", sum / NR, worst, at }' "$work/access.log"
grep ' 500 ' "$work/access.log" | head -n 3 | sed 's/^/  error: /'
