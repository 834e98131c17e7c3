# Processes that start together when a pipe is closed, and write to another one.
pipe my $gate, my $open or die;
pipe my $in, my $out or die;
for my $number (0 .. 4) {
	next if fork;
	close $open;
	sysread $gate, my $nothing, 1;
	for my $round (0 .. 3) {
		my $sum = 0;
		$sum += $_ % 3 for 1 .. 5_000;
		syswrite $out, "$number ";
	}
	exit;
}
close $_ for $gate, $open, $out;
print <$in>, "\n";
