#!/usr/bin/perl
use strict; use warnings; use List::Util qw(sum max first reduce shuffle); use POSIX qw(floor ceil fmod strftime); use Data::Dumper;
my %h = map { $_ => length } qw(apple fig banana cherry); print join(",", map { "$_=$h{$_}" } sort { $h{$a} <=> $h{$b} || $a cmp $b } keys %h), "\n";
my @primes = grep { my $n = $_; $n > 1 && !first { $n % $_ == 0 } 2 .. sqrt $n } 1 .. 200; print "@primes\n", sum(@primes), "\n";
my $text = "The year 1999 and 2024, phone 555-1234"; my @n = $text =~ /(\d+)/g; print "@n\n"; (my $t = $text) =~ s/(\d+)/<$1>/g; print "$t\n"; $t =~ tr/a-z/A-Z/; print "$t\n";
print "match: $+{y}-$+{m}\n" if "2026-11" =~ /(?<y>\d{4})-(?<m>\d\d)/; print join("|", split /\s*,\s*/, "a , b,c ,d"), "\n"; print "nested ok\n" if "((a)(b(c)))" =~ /^(\((?:[^()]|(?1))*\))$/;
printf "%s %.10f %e %g %d %x %b %o %05d %-5s|\n", "s", atan2(1, 1) * 4, 1e100, 0.0001, -17, 255, 10, 8, 42, "ab";
print 7 / 2, " ", int(-7 / 2), " ", -7 % 3, " ", 2**63, " ", 9223372036854775807 + 1, " ", 18446744073709551615, " ", 1e15 * 10, " ", 0.1 + 0.2, " ", 1 / 3, "\n";
print floor(-1.5), ceil(1.2), fmod(10, 3), " ", exp(1), " ", log(2), " ", sin(1), " ", sqrt(2), " ", 9**20, " ", 1e308 * 10, " ", "abc" x 3, "\n";
package Counter { sub new { my ($c, %a) = @_; bless {n => $a{start} // 0}, $c } sub up { $_[0]{n}++; $_[0] } sub DESTROY { print "destroyed $_[0]{n}\n" } }
{ my $c = Counter->new(start => 5); $c->up->up; print $c->{n}, "\n"; }
sub fact { my $n = shift; $n < 2 ? 1 : $n * fact($n - 1) } print fact(20), " ", fact(25), "\n"; my $closure = do { my $x = 10; sub { $x += shift } }; $closure->(5); print $closure->(1), "\n";
eval { die { code => 42 } }; print "caught $@->{code}\n"; eval { my $x = 1 / 0 }; print $@ =~ /division by zero/ ? "division\n" : $@; local $SIG{__WARN__} = sub { print "warned: $_[0]" }; warn "careful\n";
$Data::Dumper::Sortkeys = 1; $Data::Dumper::Indent = 1; print Dumper({a => [1, 2, {b => undef}], c => \"ref"}); print sprintf("%vd", "1.22.333"), " ", join(",", unpack("NnCa3", pack("NnCa3", 1, 2, 3, "abc"))), " ", unpack("H*", pack("d>", 3.14)), "\n";
my @sorted = sort { $a <=> $b } map { ($_ * 7919) % 1009 } 1 .. 500; print "@sorted[0..9] $sorted[-1]\n"; my $long = join "", map { chr(97 + $_ % 26) } 0 .. 100000; print length($long), " ", ($long =~ tr/a//), " ", index($long, "xyzab"), " ", scalar reverse(substr $long, 0, 5), "\n";
print strftime("%Y-%m-%d", gmtime(1e9)), " ", join(",", (gmtime(0))[5, 7]), " ", lc("ÄB"), " ", ucfirst("word"), " ", sprintf("%s", 1e21), " ", 0x1f, " ", 0b101, " ", oct("755"), " ", hex("ff"), "\n";
local $, = "-"; local $\ = "!\n"; print 1, 2, 3; print reduce { $a * $b } 1 .. 10; my ($first, @rest) = (1, 2, 3); print wantarray // "undef", scalar(@rest), $#rest; print "last", 1 <=> 2, "a" cmp "b", !!1, !1;
exit 6;
