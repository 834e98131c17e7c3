#!/bin/sh
# Writes 1 GiB without a line feed.
head -c 1073741824 /dev/zero | tr '\0' x
