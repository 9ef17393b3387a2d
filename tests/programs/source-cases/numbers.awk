#!/usr/bin/gawk -f
# Floating point in the shapes that programs have: sums, recurrences, fits, formats; every digit is shown.
function simpson(a, b, n,    h, s, i) { h = (b - a) / n; s = exp(-a * a) + exp(-b * b); for (i = 1; i < n; i++) s += (i % 2 ? 4 : 2) * exp(-(a + i * h) ^ 2); return s * h / 3 }
function determinant(n,    i, j, k, d, f) {
    d = 1
    for (i = 0; i < n; i++) {
        d *= m[i, i]
        for (j = i + 1; j < n; j++) { f = m[j, i] / m[i, i]; for (k = i; k < n; k++) m[j, k] -= f * m[i, k] }
    }
    return d
}
BEGIN {
    printf "%.17g %.17g\n", simpson(0, 1, 1000), simpson(-5, 5, 2000)
    for (i = 0; i < 24; i++) for (j = 0; j < 24; j++) m[i, j] = 1 / (i + j + 1) + (i == j)
    printf "%.17g\n", determinant(24)
    x = 0.4; for (i = 0; i < 5000; i++) { x = 3.9 * x * (1 - x); s += x }; printf "%.17g %.17g\n", x, s
    for (i = 1; i <= 300; i++) { harmonic += 1 / i; alternating += (i % 2 ? 1 : -1) / (2 * i - 1); root = sqrt(root + i) }
    printf "%.17g %.17g %.17g\n", harmonic, alternating * 4, root
    for (i = -12; i <= 12; i++) printf "%.15g %.15g %.15g %.15g %d %d\n", sin(i * 1.1), cos(i * 100), atan2(i, 3), exp(i), i / 3, -i * 2.7
    printf "%g %g %g %s %s\n", 2 ^ 1023 * 2, -2 ^ 1023 * 2, 2 ^ -1074, 2 ^ -1075 == 0, 1e-320
    printf "%.3e %.0f %f %i %u %5.1f|%-12.4g|%+d\n", 123456.789, 2.5, 1 / 3, 3.99, 7, 0.05, 1e10, 5
    for (i = 0; i < 2000; i++) { hash = (hash * 31 + i) % 4294967296; bits = xor(bits, lshift(and(hash, 65535), i % 16)) }; print hash, bits
}
