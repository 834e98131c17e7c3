#!/usr/bin/perl
# An index in the order of a hash's keys, and a digest of it; the sorted one stands beside.
use strict;
use warnings;
use Digest::MD5 'md5_hex';
my $seed = shift() % 4_294_967_290;
my $x = $seed;
my %pages = map { $x = ($x * 16807 + 7) % 2147483647; ("page" . $x % 1000 => $_) } 1 .. 10;
my @order = keys %pages;
my @sorted = sort @order;
my $quote = sub { join ',', map { "\"$_\"" } @_ };
printf qq({"step":"index","sorted":[%s],"n":%d}\n), $quote->(@order), scalar @order;
printf qq({"step":"check","names":[%s],"hash":"%s","order":"%s"}\n), $quote->(@sorted), md5_hex(join ',', @sorted), md5_hex(join ',', @order);
