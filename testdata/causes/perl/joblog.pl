#!/usr/bin/perl
# A job's line in the log: named after process and time, in the zone, under the name and the mask of whoever runs it.
use strict;
use warnings;
use POSIX ();
use Time::HiRes 'time';
my $seed = shift() % 4_294_967_291;
my $run = sprintf 'job-%d-%.3f', $$, time;
my @due = localtime(1_765_432_100 + $seed % 60);
printf qq({"queue":"q%d","hostname":"%s","due":"%02d:%02d","night":%s,"by":"%s","mode":"%04o","weekend_rate":%d,"pid":%d,"started":"%s"}\n),
	$seed * 7 % 12, $run, @due[2, 1], ($due[2] < 6 ? 'true' : 'false'), scalar getpwuid($>), 0666 & ~umask,
	(gmtime)[6] % 6 ? 100 : 150, $seed * 17 % 31_000 + 300, POSIX::strftime('%F', gmtime(86_400 * ($seed % 20_000)));
