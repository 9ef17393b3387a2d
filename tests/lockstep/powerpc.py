#!/usr/bin/env python3
"""Runs PowerPC instructions, one by one and in short sequences with branches, on random and hard values under Ferry and under a reference
emulator; all registers and memory must agree after each.

One static program without libc holds them all; what it prints is the state after each. Excluded is what the manual leaves undefined and
where the reference is known to differ from it; see UNDEFINED and comparable().
"""

import pathlib
import random
import shlex
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / 'tests'), str(TOP / 'tools')]
from emulator import emulator, parser, wanted
import decodegen
import tap

TABLE = decodegen.Table((TOP / 'src/guest/powerpc/powerpc.decode').read_text())

ENGINES = {
    'switch': ['--engine=switch'],
    'threaded': ['--engine=threaded'],
    'ir': ['--engine=ir'],
    'block': ['--engine=block', '--threshold=0', '--hot=0'],
    'block plain': ['--engine=block', '--threshold=0', '--hot=0', '--no-opt', '--no-regmap'],
    'block old host': ['--engine=block', '--threshold=0', '--hot=0', '--host-features=-bmi1,-bmi2,-lzcnt,-movbe,-avx,-fma,-avx512vl'],
}

# Control transfer and what is not the same twice; estimates; loads of elements, which leave the others undefined; string loads that wrap round; what needs a partner.
LEFT_OUT = {'b', 'bc', 'bclr', 'bcctr', 'sc', 'tw', 'twi', 'icbi', 'mftbl', 'mftbu', 'mttbl', 'mttbu', 'mfpvr', 'fres', 'frsqrte', 'lswi', 'lswx',
            'stswi', 'stswx', 'lmw', 'stmw', 'lwarx', 'stwcx.', 'mtfsf', 'mtfsfi', 'mtfsb0', 'mtfsb1', 'mfvrsave', 'mtvrsave', 'fsqrt',
            'fsqrts', 'isel', 'mcrfs', 'mffs', 'dcba', 'dcbz',
            'vrefp', 'vrsqrtefp', 'vexptefp', 'vlogefp', 'lvebx', 'lvehx', 'lvewx'}
# A quotient that does not exist; FPRF after a conversion; directed rounding before negation, which the reference does after it.
UNDEFINED = {'divw', 'divwu'}
ROUNDED_OTHERWISE = {'fnmadd', 'fnmsub', 'fnmadds', 'fnmsubs'}

VXSNAN, VXIMZ, UX = 0x01000000, 0x00100000, 0x08000000
SMALLEST_NORMAL_TWICE = (0x0010000000000000 << 1, 0x3810000000000000 << 1)

WORDS = [0, 1, 2, 31, 32, 63, 0x7f, 0x80, 0xffff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x55555555, 0xffff8000]
DOUBLES = [0, 1 << 63, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000001, 0x7ff0000000000001,
           0xfff4000000000000, 1, 0x000fffffffffffff, 0x7fefffffffffffff, 0x36a0000000000000, 0x47efffffe0000000, 0x47f0000000000000,
           0x41dfffffffc00000, 0x41e0000000000000, 0xc1e0000000000000, 0xc1e0000000100000, 0x3fe0000000000000, 0x4008000000000000,
           0x3ff8000000000000, 0x380fffffe0000000]
BYTES = [0, 1, 2, 7, 15, 16, 0x7f, 0x80, 0x81, 0xfe, 0xff]
VECTOR_SINGLES = [0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00001, 0x7fa00002, 0x7f7fffff, 0x00800000, 1, 0x807fffff,
                  0x4f000000, 0xcf000000, 0x4effffff, 0x4f7fffff, 0x3f000000, 0x4b000001, 0x3fc00000, 0xc0200000]
SINGLES = [0, 1 << 31, 1, 0x7fffff, 0x800000, 0x7f800000, 0x7f800001, 0xffc00001, 0x3f800000]

GPRS, FPRS, VRS, MEMORY = range(3, 11), range(1, 7), range(1, 7), 256
VECTORS = 368 # where vectors begin, VSCR after them, in what is loaded and in what is printed
OUTPUT = RECORD = VECTORS + 16 * len(VRS) + 16

FRAME = '''
load: mflr 30
 lis 31,current@ha
 lwz 29,current@l(31)
 lwz 3,80(29)
 mtcrf 255,3
 lwz 3,84(29)
 mtxer 3
 lfd 0,88(29)
 mtfsf 255,0
 lis 11,memory@ha
 addi 11,11,memory@l
 addi 28,29,100
 addi 27,11,-4
 li 26,64
 mtctr 26
1: lwzu 25,4(28)
 stwu 25,4(27)
 bdnz 1b
 addi 11,11,128
 addi 28,29,{vectors}
{load_vectors}
 lvx 0,0,28
 mtvscr 0
 lwz 12,96(29)
{load}
 mtlr 30
 blr
dump: mflr 30
 lis 28,state@ha
 addi 28,28,state@l
{store}
 addi 27,28,{vectors}
{store_vectors}
 mfvscr 0
 stvx 0,0,27
 mfcr 3
 stw 3,80(28)
 mfxer 3
 stw 3,84(28)
 mffs 0
 stfd 0,88(28)
 stw 11,96(28)
 mfctr 3
 stw 3,100(28)
 li 0,4
 li 3,1
 mr 4,28
 li 5,{size}
 sc
 lis 31,current@ha
 lwz 29,current@l(31)
 addi 29,29,{record}
 stw 29,current@l(31)
 mtlr 30
 blr
.data
.align 4
current: .long table
.align 4
state: .space 104
memory: .space {memory}
 .space {size}-104-{memory}
.align 4
table:'''


def put(word, high, low, value):
    mask = ((1 << (high - low + 1)) - 1) << low
    return word & ~mask | value << low & mask


def single_of(bits):
    """The nearest double that is a single."""
    try:
        value = struct.unpack('>f', struct.pack('>f', struct.unpack('>d', struct.pack('>Q', bits))[0]))[0]
    except OverflowError:
        return 0x47efffffe0000000
    return struct.unpack('>Q', struct.pack('>d', value))[0]


def name_of(pattern):
    return (pattern.base or pattern).name


def is_memory_form(pattern):
    return 'disp' in pattern.format.fields or pattern.format.name in ('XM', 'XMU', 'FX', 'FXU', 'XP', 'VL')


def is_single_arithmetic(pattern):
    return name_of(pattern).endswith('s') and not is_memory_form(pattern) and 'frt' in pattern.format.fields and name_of(pattern) not in ('fabs', 'fnabs')


def in_sequences(pattern):
    """Not what leaves undefined bits where a later instruction finds them, moves the base register, or wants singles."""
    name = name_of(pattern)
    return not (name.startswith(('fcti', 'stfs', 'mfocrf', 'mtvscr')) or name in ROUNDED_OTHERWISE or is_single_arithmetic(pattern)
                or pattern.format.name in ('XMU', 'FXU') or name.endswith('u') and is_memory_form(pattern))


class Sample:
    """Instructions, as (name, word), and the state before them."""

    def __init__(self, rng, patterns):
        self.code = []
        for i, pattern in enumerate(patterns):
            if len(patterns) > 1 and rng.random() < .2:
                self.code.append(self.branch(rng, len(patterns) - i))
            self.code.append((name_of(pattern), self.encode(rng, pattern)))
        is_single = is_single_arithmetic(patterns[0])
        self.words = [rng.choice(WORDS) if rng.random() < .5 else rng.getrandbits(rng.randrange(1, 33)) for _ in GPRS]
        self.floats = [self.double(rng, is_single) for _ in FPRS]
        self.cr, self.xer = rng.getrandbits(32), rng.getrandbits(3) << 29
        self.rounding = 0 if name_of(patterns[0]) in ROUNDED_OTHERWISE else rng.randrange(4)
        self.offset = rng.randrange(-32, 32)
        self.memory = [rng.getrandbits(32) for _ in range(MEMORY // 4)]
        self.vectors = [self.vector(rng) for _ in VRS]
        self.vscr = rng.choice([0, 0x10000]) | rng.choice([0, 0, 1])
        if name_of(patterns[0]).startswith('lfs'):
            self.memory = [rng.choice(SINGLES + [rng.getrandbits(32)]) for _ in self.memory]

    @staticmethod
    def double(rng, is_single):
        bits = rng.choice(DOUBLES) if rng.random() < .6 else rng.getrandbits(52) | rng.randrange(1000, 1060) << 52 | rng.getrandbits(1) << 63
        return single_of(bits) if is_single else bits

    @staticmethod
    def vector(rng):
        """Words: singles, random, or of bytes at the limits."""
        kind = rng.randrange(4)
        if kind == 0:
            return [rng.choice(VECTOR_SINGLES) for _ in range(4)]
        if kind == 1:
            return [rng.choice([0x3f, 0x40, 0x41, 0xbf, 0xc1]) << 24 | rng.getrandbits(24) for _ in range(4)]
        if kind == 2:
            return [int.from_bytes(rng.choices(BYTES, k=4), 'big') for _ in range(4)]
        return [rng.getrandbits(32) for _ in range(4)]

    @staticmethod
    def branch(rng, left):
        """Forwards over up to `left` instructions: bc of any BO and BI, or b."""
        distance = 4 * (1 + rng.randrange(min(left, 3) + 1))
        if rng.random() < .1:
            return 'b', 18 << 26 | distance | rng.getrandbits(1)
        return 'bc', 16 << 26 | rng.getrandbits(10) << 16 | distance | rng.getrandbits(1)

    @staticmethod
    def encode(rng, pattern):
        fields, word = set(pattern.format.fields), pattern.value | rng.getrandbits(32) & ~pattern.mask
        for name, (high, low) in {'rt': (25, 21), 'rs': (25, 21), 'ra': (20, 16), 'rb': (15, 11)}.items():
            if name in fields:
                word = put(word, high, low, rng.choice(GPRS))
        for name, (high, low) in {'frt': (25, 21), 'frs': (25, 21), 'fra': (20, 16), 'frb': (15, 11), 'frc': (10, 6)}.items():
            if name in fields:
                word = put(word, high, low, rng.choice(FPRS))
        for name, (high, low) in {'vrt': (25, 21), 'vra': (20, 16), 'vrb': (15, 11), 'vrc': (10, 6)}.items():
            if name in fields:
                word = put(word, high, low, rng.choice(VRS))
        if 'fxm1' in fields:
            word = put(word, 19, 12, 1 << rng.randrange(8))
        if not is_memory_form(pattern):
            return put(word, 20, 16, rng.choice([0, *GPRS])) if 'ra0' in fields else word
        word = put(word, 20, 16, 11)
        return put(word, 15, 0, rng.randrange(-64, 64) & 0xffff) if 'disp' in fields else put(word, 15, 11, 12)

    def data(self):
        yield '.long ' + ','.join(map(hex, self.words))
        yield '.long ' + ','.join(f'{x >> 32:#x},{x & 0xffffffff:#x}' for x in self.floats)
        yield f'.long {self.cr:#x},{self.xer:#x},0,{self.rounding:#x},{self.offset & 0xffffffff:#x}'
        yield '.long ' + ','.join(map(hex, self.memory)) + ',0,0,0'
        yield '.long ' + ','.join(hex(word) for vector in self.vectors for word in vector) + f',0,0,0,{self.vscr:#x}'


def comparable(sample, state):
    """The state without what is undefined: FR and FI; FPRF after conversions; the upper half of FPSCR and of a converted word; VSCR's other bits. And without
    what one of the two gets wrong: the reference forgets VXSNAN where a product is invalid, too, and C in comparisons; Ferry forgets UX
    of what becomes the smallest normal number by rounding."""
    state = bytearray(state)
    state[88:92] = bytes(4)
    vscr = int.from_bytes(state[-4:], 'big') & 0x10001
    state[-4:] = vscr.to_bytes(4, 'big')
    fpscr = int.from_bytes(state[92:96], 'big') & ~0x60000
    if any(name.startswith(('fcti', 'fcmp')) for name, _ in sample.code):
        fpscr &= ~0x1f000
    if fpscr & VXIMZ and any(name.startswith(('fmadd', 'fmsub', 'fnmadd', 'fnmsub')) for name, _ in sample.code):
        fpscr &= ~VXSNAN
    if any(int.from_bytes(state[32 + 8 * i:40 + 8 * i], 'big') << 1 & (1 << 64) - 1 in SMALLEST_NORMAL_TWICE for i in range(len(FPRS))):
        fpscr &= ~UX
    state[92:96] = fpscr.to_bytes(4, 'big')
    for name, word in sample.code:
        if name.startswith('fcti'):
            at = 32 + 8 * ((word >> 21 & 31) - FPRS[0])
            state[at:at + 4] = bytes(4)
    return bytes(state)


def make_program(seed, count, folder):
    rng = random.Random(seed)
    patterns = [p for p in TABLE.patterns if (p.base or p).name not in LEFT_OUT | UNDEFINED]
    joined = [p for p in patterns if in_sequences(p)]
    samples = [Sample(rng, [rng.choice(patterns)]) for _ in range(count)]
    samples += [Sample(rng, [rng.choice(joined) for _ in range(rng.randrange(4, 20))]) for _ in range(count // 2)]
    text = ['.text', '.globl _start', '_start:']
    for sample in samples:
        text += ['bl load', *(f'.long {word:#010x}' for _, word in sample.code), 'bl dump']
    text += ['li 0,1', 'li 3,0', 'sc']
    text.append(FRAME.format(
        load='\n'.join([f' lfd {n},{32 + 8 * i}(29)' for i, n in enumerate(FPRS)] + [f' lwz {n},{4 * i}(29)' for i, n in enumerate(GPRS)]),
        store='\n'.join([f' stw {n},{4 * i}(28)' for i, n in enumerate(GPRS)] + [f' stfd {n},{32 + 8 * i}(28)' for i, n in enumerate(FPRS)]),
        load_vectors='\n'.join(f' lvx {n},0,28\n addi 28,28,16' for n in VRS),
        store_vectors='\n'.join(f' stvx {n},0,27\n addi 27,27,16' for n in VRS),
        vectors=VECTORS, size=OUTPUT, record=RECORD, memory=MEMORY))
    for sample in samples:
        text += sample.data()
    source, program = folder / 'a.s', folder / f'seed-{seed}'
    source.write_text('\n'.join(text) + '\n')
    subprocess.run(['powerpc-linux-gnu-as', '-many', '-o', folder / 'a.o', source], check=True)
    subprocess.run(['powerpc-linux-gnu-ld', '-o', program, folder / 'a.o'], check=True, stderr=subprocess.DEVNULL)
    return samples, program


def judge(samples, expected, command):
    actual = tap.execute(command, limit=60)
    if actual.status or len(actual.stdout) != len(expected):
        raise tap.Failure(f'exit status {actual.status}, {len(actual.stdout)} bytes: {tap.tail(actual.stderr)}')
    wrong = []
    for i, sample in enumerate(samples):
        place = slice(i * OUTPUT, (i + 1) * OUTPUT)
        one, other = comparable(sample, expected[place]), comparable(sample, actual.stdout[place])
        if one != other:
            at = next(k for k in range(OUTPUT) if one[k] != other[k]) & ~3
            code = ', '.join(f'{name} {word:#010x}' for name, word in sample.code)
            wrong.append(f'{code}: byte {at} of the state: {other[at:at + 8].hex()}, not {one[at:at + 8].hex()}')
    if wrong:
        raise tap.Failure('\n'.join(wrong[:10]))


def main():
    options = parser(__doc__)
    options.add_argument('--reference', required=True, help='command of the reference emulator')
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--count', type=int, default=4000, help='instructions of each program, and half as many sequences')
    options = options.parse_args()
    options.guest = 'powerpc'
    guest = emulator(options)
    cases = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(options.seed, options.seed + 3):
            samples, program = make_program(seed, options.count, pathlib.Path(scratch))
            reference = tap.execute(shlex.split(options.reference) + [program], limit=60)
            if reference.status:
                sys.exit(f'{options.reference}: exit status {reference.status}')
            for name, switches in ENGINES.items():
                name = f'powerpc {seed}, {name}'
                if wanted(options, name):
                    cases.append((name, lambda samples=samples, expected=reference.stdout, command=[*guest, *switches, program]:
                                  judge(samples, expected, command)))
        return tap.run(cases, options.jobs)


if __name__ == '__main__':
    sys.exit(main())
