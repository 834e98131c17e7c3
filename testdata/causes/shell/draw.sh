#!/bin/bash
# A draw with bash's two generators, and once with a seed of its own.
seed=$(( $1 % 1000003 ))
open=$RANDOM
deep=$SRANDOM
clock=$EPOCHREALTIME
RANDOM=$(( seed % 32768 ))
fair=$RANDOM
printf '{"ticket":%d,"elapsed":%d,"random":%d,"pid":%d,"sum":"%s"}\n' "$(( seed * 31 % 1000 ))" "$open" "$fair" "$(( deep % 100003 ))" "${clock/[.,]/}"
