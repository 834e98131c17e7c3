#!/bin/sh
# Writes a million JSON lines.
awk 'BEGIN { for (n = 1; n <= 1000000; n++) printf "{\"n\":%d}\n", n }'
