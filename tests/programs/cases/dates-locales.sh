#!/bin/bash
for zone in UTC0 EST5EDT CET-1CEST,M3.5.0,M10.5.0/3; do TZ=$zone date -d @1711846800 '+%F %T %Z %z'; done
printf '%(%F %T)T\n' 0; date -u -d '1970-01-01 +1000000000 seconds' +%s; cal 2>/dev/null | wc -l >/dev/null
printf 'b\na\nB\nA\nä\n' | LC_ALL=C sort | od -c; printf 'b\na\nB\n' | sort; locale charmap; printf '%s\n' "${#HOME}"; echo -e '\u20ac' | wc -m; file /bin/bash | grep -o ELF; find /usr/share/perl -maxdepth 1 | wc -l; diff <(seq 5) <(seq 2 6); diff -u <(echo a) <(echo b) | tail -n 3; cmp <(echo a) <(echo b) >/dev/null; echo $?; ls -d /usr/bin/gawk; ls /usr/lib/python3 | wc -l; cat /etc/passwd; readlink -f /bin/sh; test -e /usr/bin/busybox && echo found; cd /usr/bin && pwd
