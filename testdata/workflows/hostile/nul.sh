#!/bin/sh
# Writes a NUL inside a string, and another after the document.
printf '{"name": "a\000b"}\n\000'
