#!/usr/bin/env python3
"""encode.py FILE...: fills in the encodings of the instruction lines of case files that have none yet (they begin with the
mnemonic), with GNU as for the guest whose folder they are in. A compressed one is written `c.addi a0,1 = addi a0,a0,1`: what to assemble, and what the
disassembler says. Tests themselves need no assembler."""

import re
import subprocess
import sys
import tempfile

MARCH = 'rv64gc_zba_zbb_zbs_zihintpause'


def assemble_powerpc(text):
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(['powerpc-linux-gnu-as', '-mregnames', '-many', '-o', f'{scratch}/a.o', '-'], input=text + '\n', text=True, check=True)
        subprocess.run(['powerpc-linux-gnu-objcopy', '-O', 'binary', '-j', '.text', f'{scratch}/a.o', f'{scratch}/a.bin'], check=True)
        with open(f'{scratch}/a.bin', 'rb') as file:
            return file.read(4).hex()


def assemble_riscv64(text):
    # `beq a0,a1,.+8` and so on are given relative to the instruction; compressed ones are written c.NAME.
    option = 'rvc' if text.startswith('c.') else 'norvc'
    with tempfile.TemporaryDirectory() as scratch:
        obj = f'{scratch}/a.o'
        source = f'.option {option}\n.option norelax\n{text}\n'
        subprocess.run(['riscv64-linux-gnu-as', f'-march={MARCH}', '-o', obj, '-'], input=source, text=True, check=True)
        dump = subprocess.run(['riscv64-linux-gnu-objdump', '-d', obj], capture_output=True, text=True, check=True).stdout
    return re.search(r'\n +0:\s+([0-9a-f]{4,8})\s', dump)[1]


for path in sys.argv[1:]:
    assemble = assemble_powerpc if '/powerpc/' in path else assemble_riscv64
    lines = []
    for line in open(path, encoding='utf-8'):
        if re.match(r'[a-z]', line) and not re.match(r'([0-9a-f]{4}|[0-9a-f]{8}) ' if assemble is assemble_riscv64 else r'[0-9a-f]{8} ', line):
            source, _, text = line.partition(' = ')
            encoding = assemble(source.split('#')[0].strip())
            line = f'{encoding:8} {text or source}'.rstrip() + '\n'
        lines.append(line)
    open(path, 'w', encoding='utf-8').writelines(lines)
