#!/bin/sh
# Prints a line, then waits for ever; a polite signal doesn't end it.
trap '' TERM INT HUP
echo started
while :; do sleep 1; done
