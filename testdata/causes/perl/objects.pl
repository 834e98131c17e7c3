#!/usr/bin/perl
# References shown as strings and used as numbers; and a string that only looks like one.
use strict;
use warnings;
use Scalar::Util 'refaddr';
my $seed = shift() % 4_294_967_290;
my @things = map { { n => ($seed * 31 + $_ * 17) % 1000 } } 1 .. 12;
my $bin = (refaddr($things[3]) >> 4) % 877;
my @hot = map { $_->{n} } sort { (refaddr($a) * 2654435761 % 4294967291) <=> (refaddr($b) * 2654435761 % 4294967291) } @things;
printf qq({"label":"%s","bin":%d,"ranked":[%s],"class":"HASH(0x55%010x)","sum":%d}\n), "$things[0]", $bin, join(',', @hot), $seed * 7919 % 2**40, eval { my $s = 0; $s += $_->{n} for @things; $s };
