#!/usr/bin/perl
# A raffle: one number drawn before the generator gets its seed, one after.
use strict;
use warnings;
use Time::HiRes 'time';
my $seed = shift() % 4_294_967_290;
my $early = int rand 1_000_000;
srand $seed;
my $late = int rand 1_000_000;
my $now = time;
printf qq({"stall":%d,"prize":%d,"random_prize":%d,"odds":%.6f,"sold":%d}\n), $seed * 7 % 90, $early, $late, $now, int rand 500;
