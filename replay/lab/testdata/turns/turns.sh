# Jobs that write to one pipe.
for number in 0 1 2 3 4; do
	(for round in a b c; do echo $number$round; /bin/true; done) &
done | tr '\n' ' '
echo
