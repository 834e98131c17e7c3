#!/usr/bin/perl
# Steady. Hashes are walked by sorted keys or only counted, sorts have a second key, a pipe is read to its end.
use strict;
use warnings;
use List::Util qw(shuffle max);
use Time::Local 'timegm';
use JSON::PP;
my $seed = shift() % 4_294_967_291;
srand $seed;
my %shift_of = map { ("n" . int rand 10_000) => int rand 4 } 1 .. 15;
my %crew;
push @{ $crew{ $shift_of{$_} } }, $_ for sort keys %shift_of;
my @rank = sort { $shift_of{$a} <=> $shift_of{$b} || $a cmp $b } keys %shift_of;
my $busy = 0;
$busy += $_ for values %shift_of;
open my $child, '-|', $^X, '-e', 'print for map { $_ * $ARGV[0] } 1 .. 5', $seed % 97 or die "roster: $!\n";
my $said = <$child>;
close $child;
my @then = gmtime timegm(0, 30, 6, 29, 2, 2026);
print JSON::PP->new->canonical->encode({
	unsorted => \@rank, crew => \%crew, busy => $busy, longest => max(map { scalar @$_ } values %crew), child => $said,
	shuffled => [ shuffle 1 .. 6 ], begins => "$then[2]:$then[1]", elapsed => rand, pid => 2 + int rand 30_000, tmp => '/tmp/r' . int rand 9999,
}), "\n";
