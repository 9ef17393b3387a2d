#!/usr/bin/env python3
"""i386_table.py ROWS: each number of the kernel's list, as this machine's header has it, has a row of that name."""

import pathlib
import re
import subprocess
import sys

header = subprocess.run(['cc', '-E', '-dM', '-include', 'asm/unistd_32.h', '-x', 'c', '/dev/null'], capture_output=True, text=True)
if header.returncode:
    print('1..1\nok 1 - no header of 32-bit numbers # SKIP')
    sys.exit()
kernel = {int(number): name for name, number in re.findall(r'#define __NR_(\w+) (\d+)\n', header.stdout)}
rows = {int(number): name for number, name in re.findall(r'^[A-Z_]+ *\((\d+), *(\w+)', pathlib.Path(sys.argv[1]).read_text(), re.M)}
wrong = [f'{number} is {name}, the table has {rows.get(number, "nothing")}' for number, name in sorted(kernel.items()) if rows.get(number) != name]
for line in wrong:
    print('#', line)
good = len(kernel) > 400 and not wrong
print(f'{"ok" if good else "not ok"} 1 - {len(kernel)} numbers of i386 have the kernel\'s names\n1..1')
