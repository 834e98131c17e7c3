#!/bin/sh
# Exits at once; a child in a session of its own keeps standard output open for ten minutes.
setsid sleep 600 &
echo '{"seed": '"${1:-0}"'}'
