# Regular expressions, hashes, sorting, string building. Arguments: the share of the usual work in percent, a text.
use strict;
my ($percent, $file) = @ARGV;
open my $in, '<', $file or die "$file: $!";
my (%count, $sum);
while (my $line = <$in>) {
    $count{lc $1}++ while $line =~ /([A-Za-z_]\w*)/g;
    $sum += length $1 if $line =~ /^\s*(?:def|class)\s+(\w+)\s*\(/;
    (my $copy = $line) =~ s/\bself\.(\w+)/this->$1/g;
    $sum += length $copy;
}
my @words = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
$sum += ($_ * 7919 % 10007) ** 2 % 97 for 1 .. 4000 * $percent / 100;
print "$sum @words[0 .. 9]\n";
