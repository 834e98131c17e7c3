#!/bin/bash
# Labels for parcels: a width that goes by the alphabet, a gate by the host, a mode by the mask.
seed=$(( $1 % 1000003 ))
word='Zürich-Øst'
printf '{"parcel":%d,"width":%d,"gate":"%s","mode":"%s","bay":"%s","hour":"%(%H:%M)T","city":"%s","home":"/home/u%d"}\n' \
	"$(( seed * 17 % 10000 ))" "${#word}" "${HOSTNAME}-a" "$(umask)" "$(cd ~ && pwd)" 1700000000 "Zurich" "$(( seed % 9 ))"
