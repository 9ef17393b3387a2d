#!/bin/busybox sh
# Busybox carries everything here out by itself.
b=busybox
$b seq 1 30 | $b awk '{ s += $1 * $1 } END { print s, NR, s / NR }'
$b printf 'pear\napple\nfig\napple\n' > fruit; $b sort -u fruit; $b uniq -c fruit; $b wc fruit; $b tac fruit; $b rev fruit
$b md5sum fruit; $b sha1sum fruit; $b sha256sum fruit; $b sha512sum fruit; $b sha3sum fruit; $b crc32 fruit
$b gzip -c fruit | $b gunzip -c | $b cmp - fruit && echo same
$b bzip2 -c fruit | $b bunzip2 -c | $b cmp - fruit && echo same
$b tar c fruit | $b tar t; $b echo fruit | $b cpio -o -H newc 2>/dev/null | $b cpio -t 2>/dev/null
$b od -b fruit; $b hexdump -C fruit; $b xxd fruit; $b base64 fruit; $b uuencode fruit name
$b grep -c apple fruit; $b sed -n '2,3p;s/fig/FIG/p' fruit; $b cut -c2-3 fruit; $b tr a-e A-E < fruit; $b head -n 2 fruit; $b tail -n 1 fruit
$b expr 6 \* 7; $b expr abcdef : 'abc\(.*\)'; echo '2 3 + 4 * p' | $b dc; echo 'scale=20; 4*a(1)' | $b bc -l
$b factor 360360 1000000007 10000000000037; $b basename /a/b/c.d .d; $b dirname /a/b/c; $b cal 2 2024; $b date -u -d @86400 '+%Y-%m-%d %H:%M:%S'
$b find . -type f | $b sort; $b mkdir -p d/e/f; $b touch -d '2020-01-01 00:00:00' d/e/f/g; $b stat -c '%s %Y %a' d/e/f/g; $b rm -r d; $b ls
$b diff fruit /dev/null | $b head -n 2; $b fold -w 3 fruit; $b nl fruit; $b paste fruit fruit
$b test 3 -gt 2 && $b true; $b false || echo false; $b sleep 0; $b env -i X=y $b env; $b strings /bin/busybox | $b head -n 1 | $b wc -l
$b timeout 1 $b sh -c 'exit 7'; echo $?; $b xargs -n 2 echo < fruit; $b tee copy < fruit >/dev/null; $b cmp copy fruit; $b ln -s fruit link; $b readlink link
