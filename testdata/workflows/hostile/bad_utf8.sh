#!/bin/sh
# Writes a lone continuation byte, an overlong slash and a surrogate inside strings.
printf '["\200", "\300\257", "\355\240\200"]\n'
