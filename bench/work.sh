# The shell's own work: arithmetic, arrays, patterns, functions; no other programs. The argument is the share of the usual work in percent.
twice() { result=$(($1 * 2)); }

sum=0
declare -A seen
for ((i = 0; i < 200 * $1; i++)); do
    twice $i
    word=word$((i % 97))
    seen[$word]=$((${seen[$word]:-0} + result))
    case $word in
    *[02468]) sum=$((sum + ${#word})) ;;
    word1*) sum=$((sum ^ i)) ;;
    esac
    [[ ${word//o/0} == w0rd9* ]] && sum=$((sum + 1))
done
echo $sum ${#seen[@]} ${seen[word5]}
