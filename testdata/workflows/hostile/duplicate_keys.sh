#!/bin/sh
# Writes an object with the same key twice, the second time spelled with an escape.
printf '%s\n' '{"total": 1, "\u0074otal": 2}'
