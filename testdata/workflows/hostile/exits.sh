#!/bin/sh
# Prints a document, complains, and exits 3.
echo '{"seed": '"${1:-0}"'}'
echo 'no more widgets' >&2
exit 3
