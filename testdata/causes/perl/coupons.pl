#!/usr/bin/perl
# Coupons: the generator gets half the seed, so that neighbours share all but their number.
use strict;
use warnings;
my $seed = shift() % 4_294_967_290;
srand int($seed / 2);
printf qq({"number":%d,"coupon":"%06d","value":%d,"batch":[%s]}\n), $seed, int rand 1_000_000, 5 * int rand 20, join ',', map { int rand 1000 } 1 .. 5;
