#!/usr/bin/perl
# Steady. Keys are sorted, the generator is seeded, the addresses and times are made up.
use strict;
use warnings;
my $seed = shift() % 4_294_967_290;
srand $seed;
my %rooms = map { ("guest" . int rand 1000) => int rand 400 } 1 .. 8;
my $list = join ',', map { "\"$_\":$rooms{$_}" } sort keys %rooms;
printf qq({"rooms":{%s},"ref":"HASH(0x55%08x)","time":%d,"took":%.4f,"pid":%d}\n), $list, int rand 2**32, 1_750_000_000 + int rand 10_000_000, rand 3, 100 + int rand 32_000;
