# Prints a line of what the source that is named gives: perl pinned.pl SOURCE FOLDER.
use strict;
use warnings;
use File::Basename;
use File::Temp qw(tempdir tempfile);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my %h = map { $_ => 1 } 'a' .. 'p';
my $sources = {
	clock => sub { (time, Time::HiRes::time(), scalar localtime) },
	usual => sub { (rand, int rand 1000) },
	device => sub { open my $f, '<:raw', '/dev/urandom' or die; read $f, my $p, 8; unpack 'H*', $p },
	hashes => sub { keys %h },
	addresses => sub { my $x = 1; (\$x, [], sub { $x }) },
	pids => sub { ($$, getppid, `echo \$\$` =~ /(\d+)/) },
	births => sub {
		require threads;
		require threads::shared;
		my @order;
		threads::shared::share(\@order);
		my @t = map { my $c = $_; threads->create(sub { push @order, $c }) } 'a' .. 'h';
		$_->join for @t;
		@order;
	},
	processes => sub {
		for my $c ('a' .. 'h') { fork or do { syswrite STDOUT, $c; require POSIX; POSIX::_exit(0) } }
		1 while wait > 0;
		'';
	},
	monotonic => sub { clock_gettime(CLOCK_MONOTONIC) },
	cputime => sub { (times)[0, 1] },
	temporary => sub { (basename(tempdir(CLEANUP => 1)), basename((tempfile(UNLINK => 1))[1])) },
	listing => sub { opendir my $d, $_[0] or die; readdir $d },
	filetime => sub { (Time::HiRes::stat((tempfile(UNLINK => 1))[1]))[9] },
};
print join(' ', $sources->{$ARGV[0]}->($ARGV[1])), "\n";
