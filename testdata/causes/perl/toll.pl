#!/usr/bin/perl
# A toll that is doubled in one run of ten, by the clock's tenth of a second; and a lane by the process.
use strict;
use warnings;
use Time::HiRes 'gettimeofday';
my $seed = shift() % 4_294_967_290;
my ($s, $us) = gettimeofday;
my $toll = 200 + $seed * 37 % 300;
$toll *= 2 if int($us / 1000) % 10 == 3;
printf qq({"car":%d,"toll":%d,"lane":%d,"random":%d,"bridge":"west"}\n), $seed * 101 % 9000, $toll, $$ * 7 % 13, $seed * 53 % 1000;
