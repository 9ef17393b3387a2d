#!/usr/bin/env python3
"""misuse.py COMPILER FLAG...: the compiler must refuse each wrong meaning below in the readings it names, and take the right one. Values
known when the guest runs are no values known when translating."""

import subprocess
import sys

ALL = ('exec', 'lift', 'audit')
RIGHT = 'set(s, 1, add(s, 64, get(s, 2), imm(s, 64, 1)));'
WRONG = [
    ('a run-time value as a condition', 'val a = get(s, 1); if (a) set(s, 2, a);', ALL),
    ('a run-time value in C arithmetic', 'val a = get(s, 1); set(s, 2, imm(s, 64, a + 1));', ALL),
    ('a run-time value as a number', 'val a = get(s, 1); set(s, 2, imm(s, 64, a));', ALL),
    ('a number as a run-time value', 'set(s, 2, 5);', ALL),
    ('assigning a value', 'val a = get(s, 1); IF (s, a) { a = imm(s, 64, 0); } set(s, 2, a);', ALL),
    ('looking at the bits of a value', 'val a = get(s, 1); if (a.bits) set(s, 2, a);', ('lift', 'audit')),
]


def compiles(compiler, reading, body):
    source = f'#include "sem/{reading}.h"\nvoid meaning(sem s);\nvoid meaning(sem s) {{ {body} }}\n'
    return subprocess.run([*compiler, '-x', 'c', '-fsyntax-only', '-'], input=source, text=True, capture_output=True).returncode == 0


compiler = sys.argv[1:]
results = [(compiles(compiler, reading, RIGHT), f'{reading}: right use') for reading in ALL]
for name, body, readings in WRONG:
    results += [(not compiles(compiler, reading, body), f'{reading}: {name} is refused') for reading in readings]
for number, (good, name) in enumerate(results, 1):
    print(f'{"ok" if good else "not ok"} {number} - {name}')
print(f'1..{len(results)}')
