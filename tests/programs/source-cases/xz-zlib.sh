#!/bin/bash
# Compressors' output bytes and the way back; zlib's own test program.
example 2>&1 | grep -v 'zlib version'
gawk 'BEGIN { x = 1; for (i = 0; i < 40000; i++) { x = (x * 16807) % 2147483647; printf "%d line %d\n", x % 100, i } }' > plain
cksum plain
for level in 1 6 9; do
    minigzip -$level < plain > p.gz; cksum p.gz; minigzip -d < p.gz | cmp - plain && echo "gzip $level"
done
for level in 0 6 9e; do
    xz -T1 -$level -c plain > p.xz; cksum p.xz; xz -dc p.xz | cmp - plain && echo "xz $level"
done
for check in none crc32 crc64 sha256; do xz -0 --check=$check -c plain | tee p.xz | cksum; xz -t p.xz; echo $?; xz --robot -l p.xz | grep -c $check; done
for filter in --x86 --powerpc --arm --riscv --delta=dist=4; do xz $filter --lzma2=preset=1 -c plain | tee p.xz | cksum; xz -dc p.xz | cmp - plain; done
xz --format=lzma -1 -c plain | cksum; xz -T2 --block-size=100KiB -1 -c plain | xz -dc | cksum
head -c 1000 p.xz | xz -dc 2>/dev/null | wc -c; echo "truncated ${PIPESTATUS[1]}"; echo garbage | xz -dc 2>/dev/null; echo "garbage $?"
