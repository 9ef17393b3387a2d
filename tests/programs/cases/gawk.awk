#!/usr/bin/gawk -f
function gcd(a, b) { return b == 0 ? a : gcd(b, a % b) }
function hanoi(n, a, b, c) { if (n == 0) return 0; return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a) }
function compare(i1, v1, i2, v2) { return v1 < v2 ? -1 : v1 > v2 }
BEGIN {
    print gcd(1071, 462), hanoi(12, "a", "b", "c")
    for (i = 1; i <= 2000; i++) { sum += sin(i) * sqrt(i); count[i % 17]++ }
    printf "%.12f %d %s\n", sum, length(count), count[3]
    printf "%5d|%-5d|%05d|%x|%o|%c|%e|%g|%10.3f|%s\n", 42, 42, 42, 255, 8, 65, 12345.678, 1e-5, 3.14159, "text"
    print exp(1), log(10), atan2(1, 2), cos(1), int(-3.7), 2 ^ 0.5, 1e308 * 10, -log(0), 10 % 3, -10 % 3, 2 ** 10
    print substr("hello", 2, 3), index("hello", "l"), length("hello"), toupper("abc"), sprintf("%03d", 7), match("foobar", /o+/), RSTART, RLENGTH
    n = split("a:b:c:d", parts, ":"); for (i = n; i > 0; i--) printf "%s ", parts[i]; print n
    s = "banana"; print gsub(/a/, "<&>", s), s, gensub(/(.)(.)/, "\\2\\1", "g", "abcdef")
    for (i = 0; i < 10; i++) data[i] = (i * 7919) % 101; m = asorti(data, index_of, "compare"); for (i = 1; i <= m; i++) printf "%s ", data[index_of[i]]; print ""
    print and(12, 10), or(12, 10), xor(12, 10), lshift(1, 40), rshift(1024, 3), (compl(0) > 0), strtonum("0x1F")
    print strftime("%Y-%m-%d %H:%M:%S", 86400 * 365, 1), mktime("2020 01 01 00 00 00")
    "echo from a shell" | getline line; print line
    print "sorted 3\nsorted 1\nsorted 2" | "sort"; close("sort")
    while (("seq 5" | getline number) > 0) total += number; print total
    srand(42); x = rand(); srand(42); print x == rand(), 0.1 + 0.2 == 0.3, 1 == 1.0, "10" < "9", 10 < 9, 1e6, 1000000, 123456789012, 0.1 + 0.2
    a["x"]["y"] = 3; print isarray(a["x"]), a["x"]["y"], ("x" in a), typeof(1), typeof("s"), PROCINFO["version"] != ""
    for (i = 0; i < 30000; i++) string = string (i % 10); print length(string), substr(string, 29990)
    print length("äöü€"), toupper("äöü"), substr("äöü", 2, 1)
    exit 4
}
