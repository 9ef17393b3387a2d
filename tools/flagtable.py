#!/usr/bin/env python3
"""What flags cost on i386: counts the host instructions of small blocks, condition codes lazy and computed at once.

Usage: flagtable.py TEST_GOLDEN PAGE [--write]

TEST_GOLDEN (tests/code/test-golden) makes the host code. PAGE has the tables between two marks; without --write says, as TAP, whether they are what
is counted."""

import pathlib
import re
import subprocess
import sys
import tempfile

MARKS = '<!-- tools/flagtable.py writes what follows. -->\n', '<!-- Until here. -->\n'

# Bytes in hexadecimal and assembly.
SETTERS = [
    ('39d8', 'cmp eax,ebx'), ('3c05', 'cmp al,5'), ('3b06', 'cmp eax,[esi]'), ('85c0', 'test eax,eax'), ('29d8', 'sub eax,ebx'), ('01d8', 'add eax,ebx'),
    ('21d8', 'and eax,ebx'), ('40', 'inc eax'), ('48', 'dec eax'), ('f7d8', 'neg eax'), ('c1e004', 'shl eax,4'), ('d3e0', 'shl eax,cl'),
    ('d1e8', 'shr eax,1'), ('0fafc3', 'imul eax,ebx'), ('11d8', 'adc eax,ebx'), ('19d8', 'sbb eax,ebx'), ('0fa3c8', 'bt eax,ecx'),
]
CONDITIONS = {'o': 0x0, 'b': 0x2, 'e': 0x4, 'be': 0x6, 's': 0x8, 'p': 0xa, 'l': 0xc, 'le': 0xe}
FEW_CONDITIONS = ['b', 'e', 'l']
USERS = [
    *((f'{0x70 + number:02x}10', f'j{name}') for name, number in CONDITIONS.items()),
    *((f'0f{0x90 + CONDITIONS[name]:02x}c2', f'set{name} dl') for name in FEW_CONDITIONS),
    *((f'0f{0x40 + CONDITIONS[name]:02x}d7', f'cmov{name} edx,edi') for name in FEW_CONDITIONS),
    ('11fa', 'adc edx,edi'), ('19fa', 'sbb edx,edi'), ('19d2', 'sbb edx,edx'), ('d1d2', 'rcl edx,1'), ('9f', 'lahf'), ('9c', 'pushf'),
]

# Shown with something between them, too.
NOTHING = ('', 'nothing')
BETWEEN = [NOTHING, ('8d5604', 'lea edx,[esi+4]'), ('89f0', 'mov eax,esi'), ('8b16', 'mov edx,[esi]'), ('8916', 'mov [esi],edx'), ('46', 'inc esi')]
DISTANT_USERS = ['jb', 'je', 'jl', 'setl dl', 'adc edx,edi']
DISTANT_SETTERS = ['cmp eax,ebx', 'test eax,eax', 'sub eax,ebx', 'add eax,ebx', 'inc eax', 'shl eax,4', 'bt eax,ecx']

# Whether flags are computed at once, and whether those whom the block leads to set them again: switches of test-golden.
LAZY, EAGER, LAZY_SET_AGAIN, EAGER_SET_AGAIN = '', 'eager', 'overwritten', 'eager overwritten'


def listings(test_golden, cases):
    """Host code of cases (switches, instructions), in order."""
    with tempfile.NamedTemporaryFile('w+') as file:
        for switches, instructions in cases:
            print(f'=== case [{switches}]\ni386', *(' '.join(one) for one in instructions), '---\n', sep='\n', file=file)
        file.flush()
        subprocess.run([test_golden, '--bless', file.name], check=True)
        return [text.partition('\n---')[2] for text in pathlib.Path(file.name).read_text().split('=== case')[1:]]


def count(listing):
    """Instructions on the way through the block, up to the first jump: no padding, no stubs beside it. A star: one of them calls a C function."""
    way = re.match(r'.*?^\t(?:{\w+} )?jmp [^\n]*', listing, re.M | re.S)[0]
    instructions = [line for line in re.findall(r'^\t(?:{\w+} )?(.+)', way, re.M) if not re.match(r'nop|xchg ax, ax|\.', line)]
    return f'{len(instructions)}{"*" * any(line.startswith("call") for line in instructions)}'


def layout(head, lines):
    rows = [head, *lines]
    widths = [max(3, *map(len, column)) for column in zip(*rows)]
    text = ['| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |' for row in rows]
    return '\n'.join([text[0], '|' + '|'.join('-' * (width + 2) for width in widths) + '|', *text[1:]]) + '\n'


def block(setter, user, between):
    return [one for one in (setter, between, user) if one is not NOTHING]


def pair_table(cells, lazy, eager):
    lines = [[user[1], *(f'{cells[lazy, setter, user, NOTHING]} / {cells[eager, setter, user, NOTHING]}' for setter in SETTERS)] for user in USERS]
    return layout(['', *(name for _, name in SETTERS)], lines)


def distant_pairs():
    return [(setter, user) for setter in SETTERS if setter[1] in DISTANT_SETTERS for user in USERS if user[1] in DISTANT_USERS]


def distance_table(cells, lazy, eager):
    lines = [[setter[1], user[1], *(f'{cells[lazy, setter, user, one]} / {cells[eager, setter, user, one]}' for one in BETWEEN)]
             for setter, user in distant_pairs()]
    return layout(['', '', *(name for _, name in BETWEEN)], lines)


def tables(test_golden):
    pairs = [(setter, user, NOTHING) for setter in SETTERS for user in USERS] + [(*pair, between) for pair in distant_pairs() for between in BETWEEN]
    keys = [(switches, *pair) for switches in (LAZY, EAGER, LAZY_SET_AGAIN, EAGER_SET_AGAIN) for pair in pairs]
    found = listings(test_golden, [(switches, block(setter, user, between)) for switches, setter, user, between in keys])
    cells = {key: count(listing) for key, listing in zip(keys, found, strict=True)}
    return f'''
### Where the flags are set again soon

{pair_table(cells, LAZY_SET_AGAIN, EAGER_SET_AGAIN)}
### Where somebody may look at the flags later

{pair_table(cells, LAZY, EAGER)}
### Where they are set again soon, with an instruction between

{distance_table(cells, LAZY_SET_AGAIN, EAGER_SET_AGAIN)}
'''


def main():
    test_golden, page = sys.argv[1], pathlib.Path(sys.argv[2])
    text = tables(test_golden)
    before, first, rest = page.read_text().partition(MARKS[0])
    old, last, after = rest.partition(MARKS[1])
    if '--write' in sys.argv:
        page.write_text(before + first + text + last + after)
        return 0
    print('ok' if old == text else 'not ok', f'1 - {page.name} says what is counted\n1..1')
    if old != text:
        print('# once the difference is understood:', *sys.argv[:3], '--write')
    return old != text


if __name__ == '__main__':
    sys.exit(main())
