#!/usr/bin/env python3
"""bad_tables.py DECODEGEN TABLE...: each table must be rejected with the message of its first line, and nothing written."""

import os
import subprocess
import sys
import tempfile

decodegen, *tables = sys.argv[1:]
for number, table in enumerate(tables, 1):
    with open(table, encoding='utf-8') as file:
        expected = file.readline().removeprefix('# expect: ').strip()
    with tempfile.TemporaryDirectory() as scratch:
        outputs = [os.path.join(scratch, name) for name in ('ops', 'decode', 'print', 'patterns')]
        run = subprocess.run([sys.executable, decodegen, table, *outputs], capture_output=True, text=True)
        good = run.returncode != 0 and expected in run.stderr and 'Traceback' not in run.stderr and not os.listdir(scratch)
    if not good:
        print('# ' + (run.stderr.strip() or 'accepted').replace('\n', '\n# '))
    print(f'{"ok" if good else "not ok"} {number} - {os.path.basename(table)}: {expected}')
print(f'1..{len(tables)}')
