#!/usr/bin/perl
# An almanac: hours of a fixed moment by the machine's zone, a tide by today's day, a length by the alphabet.
use strict;
use warnings;
use POSIX qw(strftime setlocale LC_ALL);
use I18N::Langinfo qw(langinfo CODESET);
my $seed = shift() % 4_294_967_290;
setlocale(LC_ALL, '');
my @day = gmtime;
my @then = localtime 1_720_000_000;
printf qq({"station":%d,"sunrise":"%s","tide":%d,"codes":%d,"sunset":"%s","moon":%d}\n), $seed * 3 % 70,
	strftime('%H:%M', @then), ($day[7] * 29 + $seed) % 311, length langinfo(CODESET), strftime('%H:%M', gmtime 1_720_030_000), $seed % 29;
