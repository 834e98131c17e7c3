#!/bin/sh
# Mode 0644: there, and not executable.
echo unreachable
