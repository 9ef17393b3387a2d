#!/bin/bash
# Each compressor's output bytes, and the way back.
{ seq 1 30000; gawk 'BEGIN { x = 1; for (i = 0; i < 60000; i++) { x = (x * 16807) % 2147483647; printf "%c", x % 256 } }' ; cat /usr/bin/gzip 2>/dev/null | head -c 0; } > plain
wc -c plain; md5sum plain
for level in 1 6 9; do
    gzip -n -$level -c plain > p.gz; bzip2 -$level -c plain > p.bz2; xz -T1 -$level -c plain > p.xz; zstd -q -$level -c plain > p.zst
    md5sum p.*
    gzip -dc p.gz | cmp - plain && bzip2 -dc p.bz2 | cmp - plain && xz -dc p.xz | cmp - plain && zstd -dqc p.zst | cmp - plain && echo level $level
done
gzip -t p.gz; echo $?; head -c 1000 p.xz | xz -dc >/dev/null 2>&1; echo $?; echo garbage | zstd -dqc 2>/dev/null; echo $?; bzip2 -tv p.bz2 2>&1; gzip -l p.gz; xz --robot -l p.xz | head -n 1
zstd -q --ultra -20 -c plain | md5sum; xz -T2 --block-size=100KiB -c plain | xz -dc | md5sum; zstd -q -T2 -c plain | zstd -dqc | md5sum; xz --format=lzma -c plain | md5sum; xz --x86 --lzma2 -c plain | md5sum
tar --sort=name --mtime=@0 --owner=0 --group=0 -cf - plain p.gz | md5sum; tar -czf t.tgz plain && tar -tzf t.tgz && tar -xzf t.tgz -O | md5sum; zgrep -c 777 p.gz; xzcat p.xz | tail -c 100 | md5sum
