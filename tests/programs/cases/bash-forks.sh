#!/bin/bash
# Many short processes.
total=0
for i in {1..60}; do total=$((total + $(/bin/echo $i))); done; echo $total
deep() { (($1 == 0)) && echo bottom || (deep $(($1 - 1))); }
deep 12
ls -1 / >/dev/null && find . -maxdepth 1 -name 'bash*' -exec basename {} \;
seq 20 | xargs -n 3 -P 2 echo | sort -n
env -i A=1 B=2 sh -c 'echo $A$B'
nice -n 3 sh -c 'exec echo nice'
echo 'echo from a script "$0" "$@"' > script; chmod +x script; ./script a b
printf '#!/bin/sh -e\necho interpreter $0 $1; false; echo never\n' > script2; chmod +x script2; ./script2 x; echo $?
(exec -a renamed bash -c 'echo $0')
