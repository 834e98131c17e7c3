# Prints a line of what the source that is named gives: sh pinned.sh SOURCE FOLDER. Some sources are bash's alone.
case $1 in
clock) date '+%s.%N %c' ;;
fields) echo "$EPOCHREALTIME $(printf '%(%s)T')" ;;
usual) echo "$RANDOM $RANDOM" ;;
secure) echo "$SRANDOM $SRANDOM" ;;
tools) echo "$(shuf -i 1-20 -n 8 | tr '\n' ' ')$(awk 'BEGIN { srand(); print rand() }') $(cat /proc/sys/kernel/random/uuid)" ;;
device) od -An -N8 -tx1 /dev/urandom ;;
pids) sh -c 'exit' & echo "$$ $! $PPID $(sh -c 'echo $$')"; wait ;;
births) for c in a b c d e f g h; do (printf $c) & done; wait; echo ;;
pipeline) for n in 1 2 3; do echo $n | (read x; printf %s "$x" >&2) | (printf p >&2) | (printf q >&2); done 2>&1; echo ;;
monotonic) cut -d' ' -f1 /proc/uptime ;;
cputime) i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; times | tr '\n' ' '; echo ;;
temporary) f=$(mktemp) && basename "$f" ;;
listing) ls -U "$2" | tr '\n' ' '; echo ;;
filetime) f=$(mktemp) && stat -c %y "$f" ;;
*) exit 2 ;;
esac
