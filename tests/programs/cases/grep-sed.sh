#!/bin/bash
for i in {1..40}; do echo "line $i: value=$((i * i)) name=item$((i % 7)) $(((i * 7919) % 1000))"; done > t
grep -c 'item3' t; grep -E 'value=(1|4|9|16)\b' t; grep -oE '[0-9]+$' t | sort -n | tail -n 3; grep -P '(?<=value=)\d{3}(?= name)' t | wc -l; grep -vn item t; echo $?
grep -w 81 t; grep -A1 -B1 'line 20' t; grep -i LINE t | wc -l; grep -F 'name=item0' t | wc -l; printf 'äöü\nabc\n' | grep '^...$'; printf 'a\0b\n' | grep -a b | od -c
grep -E '^(.)(.).*\2\1' <<< $'abba\nabca\nxyyx'; grep -rl value . ; grep -q nothing t; echo $?; grep '[' t 2>/dev/null; echo $?
sed -n '5,7p' t; sed '1!G;h;$!d' <(seq 5); sed -E 's/([a-z]+)=([^ ]*)/\2=\1/2' t | head -n 2; sed 's/item/\U&/;s/line \([0-9]*\)/[\1]/' t | tail -n 2
sed ':a;s/^\(\s*[0-9]\+\)\([0-9]\{3\}\)/\1,\2/;ta' <<< 123456789; sed '$!N;P;D' <(seq 4); sed 'y/abc/xyz/;/5/d' <(seq 8); sed = <(seq 2); sed -n '/2/{p;q}' <(seq 9); sed -n '$=' t
sed '/3/a\appended' <(seq 4); sed '2i\inserted' <(seq 3); sed '2c\changed' <(seq 3); sed 's/./&&/g;s/\(..\)/<\1>/2' <<< abcd; sed --expression='s/x/y/w out' <<< x; cat out; sed -s -n '1p' t t
