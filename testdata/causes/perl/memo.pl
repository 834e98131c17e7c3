#!/usr/bin/perl
# A memo of prices, kept under its arguments as text: where an argument is a list, the text is the list's place.
use strict;
use warnings;
use Digest::MD5 'md5_hex';
use Scalar::Util 'refaddr';
use JSON::PP;
my $seed = shift() % 4_294_967_291;
srand $seed;
my (%memo, @keys);

sub price {
	my $key = join ':', 'price', @_;
	push @keys, $key;
	return $memo{$key} //= $_[1] * @{ $_[0] };
}

my @basket = map { int rand 100 } 1 .. 4;
my @prices = map { price(\@basket, $_) } 3, 5, 3;
print JSON::PP->new->canonical->encode({
	basket => \@basket, prices => \@prices, checksum => $keys[1], etag => md5_hex("@keys[0, 2]"),
	bucket => refaddr(\@basket) / 8 % 89, entries => scalar keys %memo, address => sprintf('ARRAY(0x%012x)', int rand 2**46),
}), "\n";
