#!/bin/bash
# The shell's own arithmetic, arrays, patterns, functions: no other program runs.
fibonacci() { local n=$1; ((n < 2)) && { echo "$n"; return; }; local a=0 b=1 i; for ((i = 1; i < n; i++)); do ((b += a, a = b - a)); done; echo $b; }
for n in 1 2 10 50 90; do fibonacci $n; done
declare -A count; text="the quick brown fox jumps over the lazy dog the end"
for word in $text; do ((count[$word]++)); done
for word in $(printf '%s\n' "${!count[@]}" | sort); do echo "$word=${count[$word]}"; done
list=(one two "three four" five); echo "${#list[@]} ${list[@]:1:2} ${list[-1]} ${list[*]^^}"
s=hello.tar.gz; echo "${s%.*} ${s%%.*} ${s#*.} ${s##*.} ${s/l/L} ${s//l/L} ${#s} ${s:2:3} ${s^} ${undefined:-default}"
echo $((0x7fffffffffffffff + 1)) $((-7 / 2)) $((-7 % 3)) $((1 << 62)) $((2 ** 40)) $((~0)) $((36#zz)) $((5 > 3 ? 10 : 20))
[[ 2026-11-20 =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && echo "${BASH_REMATCH[3]}.${BASH_REMATCH[2]}.${BASH_REMATCH[1]}"
case foobar in f*b?r) echo glob ;; *) echo none ;; esac
printf '%05d|%-8s|%8.3f|%x|%o|%e|%q\n' 42 left 3.14159 255 8 12345.678 'a b'
mapfile -t lines <<< $'x\ny\nz'; echo "${#lines[@]} ${lines[2]}"
shopt -s extglob; v=aaabbb; echo "${v/+(a)/X}" "${v%%+(b)}"
echo {1..5} {a..e..2} {x,y}{1,2}
select_sort() { local -n a=$1; local i j t; for ((i = 0; i < ${#a[@]}; i++)); do for ((j = i + 1; j < ${#a[@]}; j++)); do ((a[i] > a[j])) && t=${a[i]} a[i]=${a[j]} a[j]=$t; done; done; return 0; }
numbers=(5 3 99 -4 12 0 7 3); select_sort numbers; echo "${numbers[@]}"
exit 3
