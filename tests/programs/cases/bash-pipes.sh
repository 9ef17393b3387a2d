#!/bin/bash
# Pipelines, exit statuses of their parts, and output that must be complete and in order.
seq 1 5000 | grep 7 | sed 's/7/seven/g' | sort | uniq -c | tail -n 20
seq 1 100 | while read -r n; do ((n % 10)) || echo "$n"; done | paste -sd+ | bc
set -o pipefail
false | true; echo "status $? ${PIPESTATUS[*]}"
true | (exit 7) | true; echo "${PIPESTATUS[@]}"
yes | head -n 3; echo "${PIPESTATUS[*]}"
cat <(echo from a substitution) <(seq 3)
exec 5< <(printf 'a b\nc d\n'); while read -ru 5 x y; do echo "$y-$x"; done
mkfifo pipe; (echo through a fifo > pipe) & cat pipe; wait $!; echo "wait $?"
