#!/bin/bash
seq 1 200 > n
sort -rn n | head -n 3; sort -t. -k2,2 <<< $'a.3\nb.1\nc.2'; shuf --random-source=n n | head -n 5; sort -R --random-source=n n | head -n 3
cut -d, -f2,4 <<< a,b,c,d; join <(seq -f '%g x' 5) <(seq -f '%g y' 3 7); paste -d, n n | tail -n 2; comm <(seq 5) <(seq 3 8)
tr -dc 1-5 < n | fold -w 40 | tail -n 2; nl -ba n | tail -n 1; tac n | sed -n 1p; wc n; split -n l/3 n p; wc -l p*; csplit -s n 50 100; wc -l xx*
md5sum n; sha1sum n; sha224sum n; sha256sum n; sha384sum n; sha512sum n; b2sum n; cksum n; sum n; cksum -a crc32b n 2>/dev/null
base64 n | head -n 1; base32 <<< test; basenc --base16 <<< test; od -tx8 -An n | head -n 2; od -tfD -N 16 n; od -tfF -N 16 n
printf '%d %5.2f %s %x %%\n' 12 3.14159 text 255; printf '%g %e\n' 1e-10 123456; numfmt --to=iec 123456789; numfmt --from=si 1.5M
factor 123456789012345678901234567890 97 65536; expr length hello; expr 17 % 5; seq 0 0.1 1 | tr '\n' ' '; echo
date -u -d '2024-02-29 12:34:56 UTC' '+%F %T %j %U %a %s'; date -u -d @1700000000; stat -c '%s %F' n .; ls -s n | wc -l; du -b n
cp n m; cmp n m; ln n hard; stat -c %h n; mv m o; rm o; mkdir -p a/b/c; rmdir -p a/b/c; touch -d 2001-02-03 t; stat -c %y t; truncate -s 1000 t; wc -c t
test n -nt t && echo newer; [ -s n ]; echo $?; dd if=n of=d bs=16 count=3 skip=1 2>/dev/null; cat d; head -c 20 n | tail -c 5; tee x < d | wc -c
echo 'a b c' | xargs -n1; env | grep -v PWD | sort; nproc >/dev/null; uname -s; id -u >/dev/null; whoami; basename /x/y.z .z; dirname /x/y; realpath -m --relative-to=/a/b /a/c
tsort <<< $'a b\nb c\na d'; fmt -w 30 <<< 'the quick brown fox jumps over the lazy dog again and again'; pr -l 10 -t -2 <(seq 6); expand <<< $'a\tb'; ptx <<< 'one two' | wc -l
timeout 5 sleep 0.01; echo $?; printenv HOME; tty; install -m 750 n inst; stat -c %a inst; chmod u-x,g+s inst; stat -c %A inst; mktemp -u XXXX | wc -c; dircolors -b | wc -l
