#!/usr/bin/env python3
"""objdump_powerpc.py DISASSEMBLER TOP: compares our disassembly of PowerPC instructions with GNU objdump's: every line of the decode table with
random fields. Skipped (exit status 77) where powerpc-linux-gnu-objdump is not installed."""

import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(TOP / 'tools'))
import decodegen

OBJDUMP = 'powerpc-linux-gnu-objdump'
ROUNDS = 300


def words():
    rng = random.Random(1)
    table = decodegen.Table((TOP / 'src/guest/powerpc/powerpc.decode').read_text())
    for pattern in table.patterns:
        for _ in range(ROUNDS):
            yield pattern.value | rng.getrandbits(32) & rng.choice([0xffffffff, rng.getrandbits(32)]) & ~pattern.mask


def ours(disassembler, binary):
    text = subprocess.run([disassembler, 'powerpc'], input=binary, capture_output=True, check=True).stdout.decode()
    return dict(line.split('\t', 1) for line in text.splitlines())


def theirs(binary):
    with tempfile.NamedTemporaryFile() as file:
        file.write(binary)
        file.flush()
        command = [OBJDUMP, '-D', '-b', 'binary', '-m', 'powerpc', '-M', '7400,any', '-EB', file.name]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    for line in text.splitlines():
        match = re.match(r' *([0-9a-f]+):\s+[0-9a-f ]{11}\s+(.*)', line)
        if match:
            yield match[1], match[2]


def spelt(text):
    """Without what is a matter of spelling."""
    text = re.sub(r'\s+', ' ', re.sub(r'\s*<.*', '', text).strip())
    return re.sub(r'\b0x([0-9a-f]+)', lambda m: str(int(m[1], 16)), text)


def main():
    if not shutil.which(OBJDUMP):
        sys.exit(77)
    binary = b''.join(w.to_bytes(4, 'big') for w in words())
    mine = ours(sys.argv[1], binary)
    bad = count = 0
    for address, text in theirs(binary):
        count += 1
        if not same(spelt(mine.get(address, 'nothing')), spelt(text)):
            bad += 1
            if bad <= 20:
                print(f'# {address}: {mine.get(address)!r}, objdump {text!r}')
    print(f'{"ok" if count > 10000 and not bad else "not ok"} 1 - {count} instructions as objdump prints them, {bad} differ\n1..1')


OLD_NAMES = {'lm': 'lmw', 'stm': 'stmw', 'lsi': 'lswi', 'lsx': 'lswx', 'stsi': 'stswi', 'stsx': 'stswx'}
ROTATIONS = re.compile(r'(slwi|srwi|clrrwi|extlwi|extrwi|inslwi|insrwi|clrlslwi|rotrwi)\.? ')


def same(a, b):
    """Whether ours says what theirs does: names of an older processor, rotations by what they are good for, hints and counting in the names of
    branches are theirs alone; and what a branch ignores may make it no instruction for them."""
    name, _, operands = b.partition(' ')
    b = f'{OLD_NAMES.get(name, name)} {operands}'.strip()
    if re.match(r'bc(lr|ctr)?l?a? \d', a):
        return b.startswith(('b', '.long'))
    if a.startswith('.long'): # updates and lmw of a register that is or has no base
        return bool(re.match(r'(l\w*u|l\w*ux|st\w*u|st\w*ux|lmw?) ', b)) or a == b
    if name in ('lsx', 'stsx'):
        b = re.sub(r',r0,', ',0,', b)
    if a.startswith('mffs'): # younger processors have more to do in bits that were nobody's
        return b.startswith(('mffs', '.long'))
    if a.startswith('mftb'):
        return name in ('mftb', 'mfspr') or a == b
    if a.startswith('lwarx'): # a hint
        b = re.sub(',1$', '', b)
    if re.match('rlwi', a) and ROTATIONS.match(b):
        return re.findall(r'r\d+', a) == re.findall(r'r\d+', b)
    if a.startswith('b'):
        b = re.sub(r'^(b\w+)[+-]', r'\1', b)
    return a == b


main()
