#!/usr/bin/env python3
"""Writes the table of tests/ir/test-float.c: operations on hard values, their results and flags from exact rational arithmetic.

A line: OPERATION W FROM ROUNDING A B C RESULT FLAGS, numbers in hexadecimal; RESULT is `nan` for any NaN. Flags as in RISC-V's
fflags: 1 inexact, 2 underflow, 4 overflow, 8 division by zero, 16 invalid. Written from IEEE 754-2019 and the text of ops.inc alone."""
import itertools
import math
import random
from fractions import Fraction

NEAREST, ZERO, DOWN, UP, NEAREST_MAX = range(5)
INEXACT, UNDERFLOW, OVERFLOW, DIVIDE, INVALID = 1, 2, 4, 8, 16
NAN = 'nan'
FORMATS = {32: (24, 127), 64: (53, 1023)}  # precision, bias


def fields(w):
    precision, bias = FORMATS[w]
    return precision, bias, precision - 1, (1 << (w - precision)) - 1


def sign(w, a):
    return a >> (w - 1)


def is_nan(w, a):
    _, _, fraction, largest = fields(w)
    return a >> fraction & largest == largest and a & ((1 << fraction) - 1) != 0


def is_signalling(w, a):
    _, _, fraction, _ = fields(w)
    return is_nan(w, a) and not a >> (fraction - 1) & 1


def is_infinite(w, a):
    _, _, fraction, largest = fields(w)
    return a & ((1 << (w - 1)) - 1) == largest << fraction


def is_zero(w, a):
    return a & ((1 << (w - 1)) - 1) == 0


def infinity(w, negative):
    _, _, fraction, largest = fields(w)
    return negative << (w - 1) | largest << fraction


def number(w, a):
    """The exact value of a finite float."""
    _, bias, fraction, largest = fields(w)
    exponent, rest = a >> fraction & largest, a & ((1 << fraction) - 1)
    if exponent:
        rest |= 1 << fraction
    value = Fraction(rest) * Fraction(2) ** (max(exponent, 1) - bias - fraction)
    return -value if sign(w, a) else value


def round_to_multiple(value, unit, rounding):
    """value / unit (value >= 0 is the magnitude, rounding is about magnitudes) as an integer."""
    quotient = value / unit
    whole = quotient.numerator // quotient.denominator
    rest = quotient - whole
    half = Fraction(1, 2)
    up = {NEAREST: rest > half or (rest == half and whole & 1), ZERO: False, UP: rest > 0, NEAREST_MAX: rest >= half}[rounding]
    return whole + bool(up), rest != 0


def by_magnitude(rounding, negative):
    if rounding in (DOWN, UP):
        return UP if (rounding == DOWN) == bool(negative) else ZERO
    return rounding


def exponent_of(value):
    """e with 2^e <= value < 2^(e+1)."""
    e = value.numerator.bit_length() - value.denominator.bit_length()
    return e if Fraction(2) ** e <= value else e - 1


def rounded(w, value, rounding):
    """A value that is not zero as a float: bits, flags."""
    precision, bias, fraction, largest = fields(w)
    negative, magnitude = int(value < 0), abs(value)
    rounding = by_magnitude(rounding, negative)
    lowest = 1 - bias
    e = exponent_of(magnitude)
    unlimited, _ = round_to_multiple(magnitude, Fraction(2) ** (e - precision + 1), rounding)
    tiny = unlimited * Fraction(2) ** (e - precision + 1) < Fraction(2) ** lowest
    unit = max(e, lowest) - precision + 1
    whole, inexact = round_to_multiple(magnitude, Fraction(2) ** unit, rounding)
    if whole == 1 << precision:
        whole, unit = whole >> 1, unit + 1
    if unit + precision - 1 > bias:
        flags = OVERFLOW | INEXACT
        if rounding == ZERO:
            return infinity(w, negative) - 1, flags
        return infinity(w, negative), flags
    exponent = unit + precision - 1 + bias if whole >> fraction else 0
    bits = negative << (w - 1) | exponent << fraction | (whole & ((1 << fraction) - 1))
    return bits, (INEXACT if inexact else 0) | (UNDERFLOW if inexact and tiny else 0)


def result(w, value, rounding, zero_sign):
    return rounded(w, value, rounding) if value else (zero_sign << (w - 1), 0)


def quiet(w, *operands):
    return NAN, INVALID if any(is_signalling(w, x) for x in operands) else 0


def add(w, r, a, b):
    if is_nan(w, a) or is_nan(w, b):
        return quiet(w, a, b)
    if is_infinite(w, a):
        return (NAN, INVALID) if is_infinite(w, b) and a != b else (a, 0)
    if is_infinite(w, b):
        return b, 0
    zero_sign = sign(w, a) if is_zero(w, a) and is_zero(w, b) and sign(w, a) == sign(w, b) else int(r == DOWN)
    return result(w, number(w, a) + number(w, b), r, zero_sign)


def sub(w, r, a, b):
    return add(w, r, a, b if is_nan(w, b) else b ^ 1 << (w - 1))


def mul(w, r, a, b):
    if is_nan(w, a) or is_nan(w, b):
        return quiet(w, a, b)
    negative = sign(w, a) ^ sign(w, b)
    if is_infinite(w, a) or is_infinite(w, b):
        return (NAN, INVALID) if is_zero(w, a) or is_zero(w, b) else (infinity(w, negative), 0)
    return result(w, number(w, a) * number(w, b), r, negative)


def div(w, r, a, b):
    if is_nan(w, a) or is_nan(w, b):
        return quiet(w, a, b)
    negative = sign(w, a) ^ sign(w, b)
    if is_infinite(w, a):
        return (NAN, INVALID) if is_infinite(w, b) else (infinity(w, negative), 0)
    if is_infinite(w, b):
        return negative << (w - 1), 0
    if is_zero(w, b):
        return (NAN, INVALID) if is_zero(w, a) else (infinity(w, negative), DIVIDE)
    return result(w, number(w, a) / number(w, b), r, negative)


def sqrt(w, r, a):
    if is_nan(w, a):
        return quiet(w, a)
    if is_zero(w, a):
        return a, 0
    if sign(w, a):
        return NAN, INVALID
    if is_infinite(w, a):
        return a, 0
    value = number(w, a) * Fraction(4) ** 2000  # now an integer; its root has bits to spare
    root = math.isqrt(value.numerator)
    exact = root * root == value.numerator
    return rounded(w, Fraction(2 * root + (not exact), 2 * 2 ** 2000), r)


def muladd(w, r, a, b, c):
    if (is_infinite(w, a) and is_zero(w, b)) or (is_zero(w, a) and is_infinite(w, b)):
        return NAN, INVALID
    if any(is_nan(w, x) for x in (a, b, c)):
        return quiet(w, a, b, c)
    negative = sign(w, a) ^ sign(w, b)
    if is_infinite(w, a) or is_infinite(w, b):
        return (NAN, INVALID) if is_infinite(w, c) and sign(w, c) != negative else (infinity(w, negative), 0)
    if is_infinite(w, c):
        return c, 0
    product = number(w, a) * number(w, b)
    zero_sign = negative if product == 0 and is_zero(w, c) and negative == sign(w, c) else int(r == DOWN)
    return result(w, product + number(w, c), r, zero_sign)


def pick(w, a, b, largest):
    flags = quiet(w, a, b)[1]
    if is_nan(w, a) and is_nan(w, b):
        return {32: 0x7fc00000, 64: 0x7ff8000000000000}[w], flags
    if is_nan(w, a) or is_nan(w, b):
        return (b if is_nan(w, a) else a), flags
    def order(x):
        magnitude = math.inf if is_infinite(w, x) else abs(number(w, x))
        return (-magnitude, 0) if sign(w, x) else (magnitude, 1)
    return (max if largest else min)(a, b, key=order), 0


def compare(w, a, b, operation):
    if is_nan(w, a) or is_nan(w, b):
        return 0, quiet(w, a, b)[1] if operation == 'eq' else INVALID
    def value(x):
        return (-math.inf if sign(w, x) else math.inf) if is_infinite(w, x) else number(w, x)
    x, y = value(a), value(b)
    return int({'eq': x == y, 'lt': x < y, 'le': x <= y}[operation]), 0


def to_integer(w, source, r, a, is_signed):
    low, high = (-(1 << w - 1), (1 << w - 1) - 1) if is_signed else (0, (1 << w) - 1)
    mask = (1 << w) - 1
    if is_nan(source, a):
        return high & mask, INVALID
    if is_infinite(source, a):
        return (low if sign(source, a) else high) & mask, INVALID
    value = number(source, a)
    whole, inexact = round_to_multiple(abs(value), Fraction(1), by_magnitude(r, value < 0))
    whole = -whole if value < 0 else whole
    if not low <= whole <= high:
        return (low if whole < low else high) & mask, INVALID
    return whole & mask, INEXACT if inexact else 0


def from_float(w, source, r, a):
    if is_nan(source, a):
        return quiet(source, a)
    if is_infinite(source, a):
        return infinity(w, sign(source, a)), 0
    return result(w, number(source, a), r, sign(source, a))


def from_integer(w, source, r, a, is_signed):
    value = a - (1 << source) if is_signed and a >> (source - 1) else a
    return result(w, Fraction(value), r, 0)


def hard_values(w):
    precision, bias, fraction, largest = fields(w)
    one = bias << fraction
    positive = [
        0, 1, 2, 3, (1 << fraction) - 1, 1 << fraction, (1 << fraction) + 1, 3 << (fraction - 1),  # subnormal, smallest normal
        one - 1, one, one + 1, one + 2, one + (1 << (fraction - 1)),                               # around 1, 1.5
        (bias - 1) << fraction, (bias + 1) << fraction,                                            # 0.5, 2
        (bias + fraction) << fraction, (bias + fraction + 1) << fraction | 1,                      # where the unit is 1, 2
        (bias - precision) << fraction, (bias - precision) << fraction | 1, (bias - precision + 1) << fraction,  # half a unit of 1
        (largest << fraction) - 1, (largest - 1) << fraction, ((largest - 1) << fraction) + 1,     # largest, and its power of two
        largest << fraction, largest << fraction | 1, largest << fraction | 1 << (fraction - 1) | 5,  # infinity, NaNs
    ]
    return positive + [x | 1 << (w - 1) for x in positive]


def random_values(w, count, source):
    """Near each other in exponent, so that sums round; some with few bits, so that they tie."""
    _, bias, fraction, largest = fields(w)
    values = []
    for _ in range(count):
        exponent = source.choice([bias + source.randint(-30, 30), source.randint(0, largest - 1), source.randint(0, 3)])
        rest = source.getrandbits(fraction)
        if source.randint(0, 1):
            rest &= ~((1 << source.randint(1, fraction)) - 1)
        values.append(source.getrandbits(1) << (w - 1) | exponent << fraction | rest)
    return values


def to_integer_values(source_width):
    values = hard_values(source_width)
    for w in (31, 32, 63, 64):
        for offset in (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0):
            for s in (1, -1):
                values.append(rounded(source_width, s * (Fraction(2) ** w + Fraction(offset)), NEAREST)[0])
                values.append(rounded(source_width, s * (Fraction(2) ** w + Fraction(offset)), ZERO)[0])
    values += [rounded(source_width, Fraction(x) / 4, NEAREST)[0] for x in range(-14, 15) if x]
    return values


def main():
    source = random.Random(754)

    def line(name, w, origin, r, operands, outcome):
        a, b, c = (list(operands) + [0, 0])[:3]
        bits, flags = outcome
        print(f'{name} {w} {origin} {r} {a:x} {b:x} {c:x} {bits if bits == NAN else format(bits, "x")} {flags}')

    for w in (32, 64):
        hard = hard_values(w)
        pairs = list(itertools.product(hard, hard)) + list(zip(random_values(w, 400, source), random_values(w, 400, source)))
        near = random_values(w, 400, source)
        pairs += [(x, x ^ source.getrandbits(1) << (w - 1) ^ source.getrandbits(4)) for x in near]
        triples = [tuple(source.choice(hard) for _ in range(3)) for _ in range(1200)]
        special = [a for a in hard if is_zero(w, a) or is_infinite(w, a) or is_nan(w, a)]
        triples += itertools.product(special, special, special)
        triples += list(zip(*(random_values(w, 400, source) for _ in range(3))))
        for x, y in zip(random_values(w, 400, source), random_values(w, 400, source)):  # what cancels, almost
            z = mul(w, NEAREST, x, y)[0]
            if z != NAN:
                triples.append((x, y, z ^ 1 << (w - 1)))
                triples.append((x, y, z ^ 1 << (w - 1) ^ 1))
        for r in range(5):
            for a, b in pairs:
                for name, function in (('add', add), ('sub', sub), ('mul', mul), ('div', div)):
                    line(name, w, w, r, (a, b), function(w, r, a, b))
            for a in hard + near:
                line('sqrt', w, w, r, (a,), sqrt(w, r, a))
            for triple in triples:
                line('muladd', w, w, r, triple, muladd(w, r, *triple))
        for a, b in pairs:
            line('min', w, w, 0, (a, b), pick(w, a, b, False))
            line('max', w, w, 0, (a, b), pick(w, a, b, True))
            for name in ('eq', 'lt', 'le'):
                line(name, w, w, 0, (a, b), compare(w, a, b, name))
        other = 96 - w
        for r in range(5):
            for a in hard_values(other) + random_values(other, 400, source):
                line('from_float', w, other, r, (a,), from_float(w, other, r, a))
            for integer in (32, 64):
                edges = [x % (1 << integer) for p in (0, 1, 23, 24, 25, 31, 32, 52, 53, 54, 62, 63, 64) for k in (-3, -2, -1, 0, 1, 2, 3)
                         for x in (2 ** p + k, 2 ** p + 2 ** max(p - 24, 0) + k, 2 ** p + 2 ** max(p - 53, 0) + k)]
                for a in edges + [source.getrandbits(integer) for _ in range(300)]:
                    line('from_signed', w, integer, r, (a,), from_integer(w, integer, r, a, True))
                    line('from_unsigned', w, integer, r, (a,), from_integer(w, integer, r, a, False))
                for a in to_integer_values(w) + random_values(w, 500, source):
                    line('to_signed', integer, w, r, (a,), to_integer(integer, w, r, a, True))
                    line('to_unsigned', integer, w, r, (a,), to_integer(integer, w, r, a, False))


main()
