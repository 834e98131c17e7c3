#!/usr/bin/perl
# A configuration written out by Data::Dumper, whose keys nobody sorted; its version is a digest of the text.
use strict;
use warnings;
use Data::Dumper;
use Digest::SHA 'sha1_hex';
use JSON::PP;
local ($Data::Dumper::Indent, $Data::Dumper::Terse) = (0, 1);
srand(shift() % 4_294_967_291);
my %config = map { $_ => int rand 1000 } qw(timeout retries cache_mb pool backlog window quota burst);
my $text = Dumper(\%config);
my ($chosen) = keys %config;
my $out = JSON::PP->new->canonical;
print $out->encode({ step => 'load', config => \%config, seed => int rand 1000 }), "\n";
print $out->encode({ step => 'write', canonical => $text, bytes => length $text }), "\n";
print $out->encode({ step => 'publish', version => substr(sha1_hex($text), 0, 12), reload => $chosen, keys => scalar keys %config }), "\n";
