"""Hard values: where arithmetic changes its behaviour, and their neighbours."""

import struct


def bits(number, form):
    return int.from_bytes(struct.pack(form, number), 'little')


INTEGERS = [0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
            0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0xffffffff80000000, 0xffffffff7fffffff, 0x5555555555555555,
            0xaaaaaaaaaaaaaaaa, 0x0123456789abcdef, 0x00ff00ff00ff00ff, 0x8000000080000000, 0x1000000000000, 0xfffffffffffffffe]

# Where conversions to integers end, with the values between.
EDGES = [float(1 << n) for n in (7, 8, 15, 16, 31, 32, 52, 53, 62, 63, 64, 65)]
EDGES += [0.1, 0.5, 1.0, 1.5, 2.5, 1 / 3, 2147483646.5, 2147483647.5, 4294967294.5, 4294967295.5, 3.0, 10.0]
EDGES += [-value for value in EDGES] + [0.0, -0.0]

DOUBLES = [bits(value, '<d') for value in EDGES] + [
    0x0000000000000001, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff, 0x7ff0000000000000,
    0x7ff8000000000000, 0x7ff0000000000001, 0x7ffc000000000123, 0x7ff7ffffffffffff,
    # What becomes a subnormal, the smallest normal or infinite single, by rounding or not.
    0x36a0000000000000, 0x3690000000000000, 0x380fffffffffffff, 0x3810000000000000, 0x380fffffe0000000, 0x380ffffff0000000,
    0x47efffffe0000000, 0x47effffff0000000, 0x47efffffefffffff, 0x3ff0000010000000, 0x3ff0000030000000, 0x3feffffff0000000]
DOUBLES += [value ^ 1 << 63 for value in DOUBLES]

SINGLES = [bits(value, '<f') for value in EDGES] + [
    0x00000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7f800001, 0x7fe00123, 0x7fbfffff,
    0x4effffff, 0x4f7fffff, 0x5effffff, 0x5f7fffff, 0x3f7fffff, 0x3f800001, 0x34000000, 0x00ffffff, 0x00400000]
SINGLES += [value ^ 1 << 31 for value in SINGLES]


def integer(random):
    kind = random.randrange(10)
    if kind < 5:
        return random.choice(INTEGERS)
    if kind < 7:
        return (random.choice(INTEGERS) + random.randint(-2, 2)) % (1 << 64)
    if kind < 8:
        return random.choice(DOUBLES)
    return random.getrandbits(64) >> random.randrange(64)


def double(random):
    kind = random.randrange(10)
    if kind < 6:
        return random.choice(DOUBLES)
    if kind < 8:
        return (random.choice(DOUBLES) + random.randint(-2, 2)) % (1 << 64)
    if kind < 9:  # of a magnitude near 1, so that sums cancel and products stay in range
        return random.getrandbits(1) << 63 | random.randint(0x3f0, 0x40f) << 52 | random.getrandbits(52)
    return random.getrandbits(64)


def single(random):
    kind = random.randrange(10)
    if kind < 6:
        return random.choice(SINGLES)
    if kind < 8:
        return (random.choice(SINGLES) + random.randint(-2, 2)) % (1 << 32)
    if kind < 9:
        return random.getrandbits(1) << 31 | random.randint(0x70, 0x90) << 23 | random.getrandbits(23)
    return random.getrandbits(32)


def float_register(random):
    """A double, a boxed single, or a single whose box is broken."""
    kind = random.randrange(16)
    if kind < 7:
        return double(random)
    if kind < 15:
        return 0xffffffff << 32 | single(random)
    return random.choice([0, 0xfffffffe, 0x7fffffff, 0xfffffff7]) << 32 | single(random)
