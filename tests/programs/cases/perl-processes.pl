#!/usr/bin/perl
use strict; use warnings; use Digest::MD5 qw(md5_hex); use Digest::SHA qw(sha256_hex); use MIME::Base64; use Time::HiRes qw(usleep); use Socket; use IO::Handle; use POSIX ":sys_wait_h"; use Encode; use Storable qw(dclone); use File::Temp;
$| = 1;
print md5_hex("a" x 1000), " ", sha256_hex("b" x 1000), " ", encode_base64("hello world"); print `echo backtick`, $? >> 8, "\n"; system "sh", "-c", "exit 3"; print $? >> 8, "\n"; system { "sh" } "sh", "-c", "kill -9 \$\$"; print $? & 127, "\n";
my @pids = map { my $i = $_; my $pid = fork // die; exit $i * 2 unless $pid; $pid } 1 .. 5; print join(",", map { waitpid $_, 0; $? >> 8 } @pids), "\n";
pipe(my $r, my $w); if (!fork) { close $r; print $w "line $_\n" for 1 .. 3; exit } close $w; print "got $_" while <$r>; wait;
socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, PF_UNSPEC); $_->autoflush for $a, $b; if (!fork) { my $l = <$b>; print $b uc $l; exit } print $a "socket\n"; print scalar <$a>; wait;
my $got = 0; local $SIG{USR1} = sub { $got++ }; kill USR1 => $$ for 1 .. 3; print "signals $got\n"; eval { local $SIG{ALRM} = sub { die "alarm\n" }; Time::HiRes::alarm(0.05); 1 while 1 }; print $@;
socket my $server, PF_INET, SOCK_STREAM, 0; bind $server, sockaddr_in(0, INADDR_LOOPBACK); listen $server, 1; my ($port) = sockaddr_in getsockname $server;
if (!fork) { socket my $c, PF_INET, SOCK_STREAM, 0; connect $c, sockaddr_in($port, INADDR_LOOPBACK) or die; print $c "over tcp\n"; exit } accept my $c, $server; print scalar <$c>; wait;
open my $f, "+>", "file"; print $f "$_\n" for 1 .. 1000; seek $f, 0, 0; my $sum = 0; $sum += $_ while <$f>; print "$sum ", -s "file", "\n"; rename "file", "other"; print join(",", glob "o*"), "\n"; unlink "other"; mkdir "d"; opendir my $d, "."; print join(",", sort grep { !/^\.|pl$/ } readdir $d), "\n";
my $u = decode("UTF-8", "\xc3\xa4\xe2\x82\xac"); print length $u, " ", encode("UTF-16BE", $u) eq "\0\xe4\x20\xac" ? "utf16" : "no", "\n"; my $copy = dclone({x => [1, 2, 3]}); print "@{$copy->{x}}\n"; open my $p, "-|", "sort", "-r" , "/etc/group" or die; print scalar <$p>; close $p; kill TERM => $$; sleep 5;
