# Fields, associative arrays and number formatting over a text.
{
    for (i = 1; i <= NF; i++) {
        count[$i]++
        letters += length($i)
    }
    if ($0 ~ /return .*\(/)
        returns++
    gsub(/[aeiou]+/, "-")
    dashes += gsub(/-/, "+")
}
END {
    for (word in count)
        if (count[word] > best || count[word] == best && word < name) {
            best = count[word]
            name = word
        }
    printf "%d %d %d %d %s %.6f\n", NR, letters, returns, dashes, name, letters / NR
}
