#!/usr/bin/env python3
"""objdump.py DISASSEMBLER: compares our disassembly with GNU objdump's, over all 16-bit words and random 32-bit ones. Skipped (exit
status 77) where riscv64-linux-gnu-objdump and as are not installed."""

import random
import re
import shutil
import subprocess
import sys
import tempfile

TOOLS = 'riscv64-linux-gnu-'
OPCODES = [0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23, 0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47, 0x4b, 0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73]
FUNCT7 = [0x00, 0x01, 0x04, 0x05, 0x10, 0x14, 0x20, 0x24, 0x30, 0x34, 0x35]

# What objdump leaves out of a name when it takes the immediate form for an alias.
IMMEDIATE = re.compile(r'(add|and|or|xor|sll|srl|sra|bclr|bext|binv|bset|csrw|csrs|csrc|csrrw|csrrs|csrrc|fsflags|fsrm)i(w?)\t')


def words():
    rng = random.Random(1)
    for half in range(0x10000):
        if half & 3 != 3:
            yield half | 0x00010000  # followed by c.nop
    for _ in range(150000):
        w = rng.getrandbits(32) & ~0x7f | rng.choice(OPCODES)
        kind = rng.randrange(6)
        if kind == 0:
            w = w & ~(0x7f << 25) | rng.choice(FUNCT7) << 25
        elif kind == 1:
            w = w & ~(0xfff << 20) | rng.choice(FUNCT7) << 25 | rng.randrange(8) << 20
        elif kind in (2, 3):
            w &= ~(31 << (7 if kind == 2 else 15))
        elif kind == 4:
            w = w & ~(0xfff << 20) | (0xc00 if rng.random() < .5 else 0) + rng.randrange(4) << 20
        yield w


def ours(disassembler, binary):
    text = subprocess.run([disassembler, 'riscv64'], input=binary, capture_output=True, check=True).stdout.decode()
    return dict(line.split('\t', 1) for line in text.splitlines())


def theirs(binary):
    with tempfile.TemporaryDirectory() as scratch:
        source = '.text\n' + '\n'.join(f'.byte {",".join(str(b) for b in binary[i:i + 32])}' for i in range(0, len(binary), 32)) + '\n'
        subprocess.run([TOOLS + 'as', '-march=rv64gc_zba_zbb_zbs', '-o', scratch + '/a.o', '-'], input=source.encode(), check=True)
        text = subprocess.run([TOOLS + 'objdump', '-D', '-j', '.text', scratch + '/a.o'], capture_output=True, check=True).stdout.decode()
    for line in text.splitlines():
        match = re.match(r' *([0-9a-f]+):\s+[0-9a-f]+\s+(.*)', line)
        if match:
            yield match[1], match[2]


def same(a, b):
    """Whether our text `a` says what objdump's `b` says, but for spelling."""
    b = re.sub(r'\s*(#|<).*', '', b).strip()
    if re.match(r'(j|jal|(beq|bne|blt|bge|bgt|ble)[uz]?)\t', b):
        b = re.sub(r'(?<=[\t,])(0x)?([0-9a-f]+)$', r'0x\2', b)
    if a.startswith('.insn'):
        # no instruction for us: none for them, one of the operating system, a reserved rounding mode, c.addi16sp with nothing to add
        return bool(re.match(r'\.|unimp|0x|sfence', b)) or b.endswith(',unknown') or b == 'add\tsp,sp,0'
    if b.startswith(('.4byte', '.word')):
        # reserved fields, which we take for the plain fence as the manual says; a rounding mode that has no effect
        return a.startswith(('fence', 'fcvt.d.s'))
    if b.startswith('c.'):
        return True  # hints, which we show as what they expand to
    a = IMMEDIATE.sub(r'\1\2\t', a)
    b = IMMEDIATE.sub(r'\1\2\t', b)
    if re.match(r'fs(rm|flags)\tzero,', b):
        b = b.replace('zero,', '')
    if a.startswith('csr'):  # objdump knows registers of the operating system
        a, b = (re.findall(r'^\w+|(?<=[\t,])(?:zero|ra|sp|gp|tp|[ast]\d+|\d+)(?=,|$)', text) for text in (a, b))
        return a == b
    return a == b or re.match(r'mv\t(\w+),\1$', a) and b == f'add\t{a[3:]},0'


def main():
    if not shutil.which(TOOLS + 'objdump') or not shutil.which(TOOLS + 'as'):
        sys.exit(77)
    binary = b''.join(w.to_bytes(4, 'little') for w in words())
    mine = ours(sys.argv[1], binary)
    bad = count = 0
    for address, text in theirs(binary):
        count += 1
        if not same(mine.get(address, 'nothing'), text):
            bad += 1
            if bad <= 20:
                print(f'# {address}: {mine.get(address)!r}, objdump {text!r}')
    print(f'{"ok" if count > 100000 and not bad else "not ok"} 1 - {count} instructions as objdump prints them, {bad} differ\n1..1')


main()
