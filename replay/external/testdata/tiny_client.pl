use strict; use warnings; use HTTP::Tiny;
my ($base) = @ARGV;
my $http = HTTP::Tiny->new;
print $http->get("$base/count")->{content}, "\n" for 1 .. 2;
print $http->post("$base/echo", { content => '{"b": 1, "a": [2]}',
    headers => { 'Content-Type' => 'application/json', Authorization => 'Bearer s3cr3t' } })->{content}, "\n";
print $http->get("$base/redirect")->{content}, "\n";
