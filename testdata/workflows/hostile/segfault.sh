#!/bin/sh
# Prints a document, then dies of SIGSEGV.
echo '{"seed": '"${1:-0}"'}'
kill -SEGV $$
