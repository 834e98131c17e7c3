#!/usr/bin/perl
# A berth by the host's name, a captain by the user's, a manifest in a temporary file.
use strict;
use warnings;
use Sys::Hostname;
use File::Temp 'tempfile';
use File::Basename;
my $seed = shift() % 4_294_967_290;
my ($fh, $name) = tempfile('manifest-XXXXXXXX', TMPDIR => 1, UNLINK => 1);
print $fh $seed;
close $fh;
my $sum = 7;
$sum = ($sum * 33 + ord) % 65_521 for split //, hostname;
printf qq({"ship":%d,"berth":%d,"captain":"%s","hash":"%s","size":%d,"host":"pier%d.local"}\n),
	$seed * 11 % 700, $sum, scalar getpwuid($<), basename($name), -s $name, $seed % 7;
