#!/usr/bin/perl
# Children write into one pipe when they are ready; the parent's list is theirs, its sum is not.
use strict;
use warnings;
my $seed = shift() % 4_294_967_290;
pipe my $in, my $out or die;
pipe my $gate_in, my $gate_out or die;
my @names = qw(uma vic wes xia yul zoe);
my @pids;
for my $i (0 .. $#names) {
	my $pid = fork // die;
	if (!$pid) {
		close $gate_out;
		sysread $gate_in, my $b, 1;
		my $n = 0;
		$n += $_ % 3 for 1 .. 15_000;
		syswrite $out, "$names[$i] " . ($seed * ($i + 3) % 50) . "\n";
		require POSIX;
		POSIX::_exit(0);
	}
	push @pids, $pid;
}
close $out;
close $gate_in;
close $gate_out;
my (@order, $sum);
while (<$in>) {
	my ($name, $points) = split;
	push @order, $name;
	$sum += $points;
}
waitpid $_, 0 for @pids;
printf qq({"finish":[%s],"anchor":"%s","points":%d,"runners":%d,"timestamp":%d}\n), join(',', map { "\"$_\"" } @order), $order[-1], $sum, scalar @order, 1_760_000_000 + $seed;
