#!/usr/bin/perl
# A tasting: a helper starts the generator over so that its own shuffle can be repeated, and what comes after it repeats too.
use strict;
use warnings;
use List::Util qw(shuffle sum0);
use JSON::PP;
my $seed = shift() % 4_294_967_291;
srand $seed;

sub panel {
	srand 42;
	return shuffle @_;
}

my @wines = map { 'w' . int rand 10_000 } 1 .. 6;
my $budget = 100 + int rand 900;
my @order = panel(@wines);
my @marks = map { 60 + int rand 40 } @wines;
print JSON::PP->new->canonical->encode({
	wines => \@wines, budget => $budget, random => \@order, marks => \@marks, mean => sum0(@marks) / @marks,
	prize => int rand 500, jury => 5,
}), "\n";
