#!/bin/sh
# Writes half a JSON document and succeeds.
printf '{"orders": [{"id": 1, "total": 12.5}, {"id": 2, "to'
