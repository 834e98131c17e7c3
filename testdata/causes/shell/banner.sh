#!/bin/sh
# A banner out of the environment: how much of it there is, how the search path goes, where home is.
seed=$(( $1 % 1000003 ))
words=$(env | grep -v -e '^SHADOWRUN_' -e '^_=' -e '^SHLVL=' | wc -c)
dirs=$(printf %s "$PATH" | tr ':' '\n' | grep -c .)
printf '{"shop":%d,"width":%d,"columns":%d,"theme":"%s","motto":"%s"}\n' \
	"$(( seed * 19 % 3000 ))" "$words" "$dirs" "${SHOP_THEME:-plain}" "$(( seed % 2 ))"
