#!/usr/bin/env python3
"""rowgen: from a table of instructions of variable length to lists of operations and rows.

    rowgen.py TABLE OPS ROWS INDEX

reads TABLE and writes three C fragments for the guest that owns it:

    OPS      OP(name, ends) for each operation, in the order of their first lines, after OP(illegal, 1); ends: 1 if it ends a block
    ROWS     an initialiser of struct row for each line, sorted by opcode
    INDEX    for each opcode of each map, and one more: the number of its first row

THE TABLE. `#` begins a comment. A line is

    BYTES  NAME  [OPERANDS]  [TRAITS]  [: TEXT]

BYTES: a mandatory prefix (66, f3, f2, or np: none of these), the escape (0f, 0f 38, 0f 3a), the opcode, and what the ModR/M byte must be.
    The opcode is two digits. `+r`: so are the seven after it, the low three bits are a register; `+cc`: so are the fifteen after it, the
    low four bits are a condition.
    ModR/M: `/N`: its middle field is N; `mem`: it names memory; `reg`: it does not; `/xx` with two digits: it is that byte; `/xx+`: or one of
    the seven after it. Without any of these there is a ModR/M byte if an operand needs one.
NAME: the operation; lines with one name are one operation. `NAME.ends`: it ends a block; on all its lines or none.
OPERANDS: as in the manual's opcode map (SDM volume 2, A.2): a letter for where it is and letters for how wide, or a register's name. At most four.
TRAITS: +lock: LOCK is fine with memory; +rep: the repeat prefixes count.
TEXT: what is printed for NAME; `a|b`: with 16-bit and 32-bit operands; `*`: the third operand's name as a predicate.

Lines for the same opcode are tried in the order they stand in. Errors name the line, and nothing is written."""

import re
import sys

MAPS = {(): 0, ('0f',): 1, ('0f', '38'): 2, ('0f', '3a'): 3}
PREFIXES = {'np': 'PREFIX_NONE', '66': 'PREFIX_66', 'f3': 'PREFIX_F3', 'f2': 'PREFIX_F2'}
PLACES_WITH_MODRM = 'CDEGMNPQRSTUVW'
TRAITS = {'+lock': 'TRAIT_LOCK', '+rep': 'TRAIT_REP'}
FIXED = {'AL', 'CL', 'DX', 'eAX', 'ES', 'CS', 'SS', 'DS', 'FS', 'GS', '1'}
OPERAND = re.compile(r'([ACDEGIJMNOPQRSTUVWXYZ])(a|b|w|d|q|t|v|x|z|p|n)$')


class TableError(Exception):
    pass


class Row:
    def __init__(self, opcode, span, prefix, mask, value, name, operands, traits, text):
        self.opcode, self.span, self.prefix, self.mask, self.value = opcode, span, prefix, mask, value
        self.name, self.operands, self.traits, self.text = name, operands, traits, text

    def c(self, op):
        operands = ', '.join(f'"{operand}"' for operand in self.operands)
        return f'{{ OP_{op}, "{self.text}", {self.prefix}, 0x{self.mask:02x}, 0x{self.value:02x}, {self.traits}, {{ {operands} }} }},'


def number(text):
    if not re.fullmatch('[0-9a-f]{2}', text):
        raise TableError(f'{text} is not a byte')
    return int(text, 16)


def modrm_pattern(words):
    mask = value = 0
    needed = False
    for word in words:
        needed = True
        if word in ('mem', 'reg'):
            mask, value = mask | 0x100, value | (0x100 if word == 'mem' else 0)
        elif re.fullmatch('/[0-7]', word):
            mask, value = mask | 0x38, value | int(word[1]) << 3
        elif re.fullmatch(r'/[0-9a-f]{2}\+?', word):
            mask, value = (0xf8 if word.endswith('+') else 0xff), number(word[1:3])
        else:
            raise TableError(f'{word} is nothing about a ModR/M byte')
    return mask, value, needed


def parse_line(line):
    line, _, text = line.partition(' : ')
    words = line.split()
    at = 0
    prefix = 'PREFIX_ANY'
    if words[0] in PREFIXES:
        prefix, at = PREFIXES[words[0]], 1
    escape = []
    while (words[at] == '0f' and not escape) or (escape == ['0f'] and words[at] in ('38', '3a') and re.match('[0-9a-f]{2}', words[at + 1])):
        escape.append(words[at])
        at += 1
    match = re.fullmatch(r'([0-9a-f]{2})(\+r|\+cc)?', words[at])
    if not match or tuple(escape) not in MAPS:
        raise TableError(f'{words[at]} is not an opcode')
    opcode = MAPS[tuple(escape)] * 256 + number(match[1])
    span = {'+r': 8, '+cc': 16}.get(match[2], 1)
    at += 1
    pattern = []
    while at < len(words) and (words[at].startswith('/') or words[at] in ('mem', 'reg')):
        pattern.append(words[at])
        at += 1
    mask, value, needed = modrm_pattern(pattern)
    if at == len(words):
        raise TableError('there is no name')
    name, _, ends = words[at].partition('.')
    if not re.fullmatch('[a-z][a-z0-9_]*', name) or ends not in ('', 'ends'):
        raise TableError(f'{words[at]} is not a name')
    operands = [w for w in words[at + 1:] if not w.startswith('+')]
    for operand in operands:
        if operand not in FIXED and not OPERAND.match(operand):
            raise TableError(f'{operand} is not an operand')
    traits = [TRAITS[w] for w in words[at + 1:] if w in TRAITS]
    if len(operands) + len(traits) != len(words) - at - 1 or len(operands) > 4:
        raise TableError('what follows the name are operands, at most four, and traits')
    if needed or any(o not in FIXED and o[0] in PLACES_WITH_MODRM for o in operands):
        traits.append('TRAIT_MODRM')
    if match[2] == '+cc':
        traits.append('TRAIT_CONDITION')
    return Row(opcode, span, prefix, mask, value, name, operands, ' | '.join(traits) or '0', text.strip() or name), bool(ends)


def read(path):
    rows, ends = [], {}
    with open(path, encoding='utf-8') as table:
        for at, line in enumerate(table, 1):
            line = line.partition('#')[0].rstrip()
            if not line.strip():
                continue
            try:
                row, ending = parse_line(line)
                if ends.setdefault(row.name, ending) != ending:
                    raise TableError(f'{row.name} ends a block on some lines')
            except (TableError, IndexError) as error:
                raise TableError(f'{path}:{at}: {error}') from None
            rows.append(row)
    return rows, ends


def main():
    table, ops, rows_path, index = sys.argv[1:]
    try:
        rows, ends = read(table)
    except TableError as error:
        sys.exit(f'rowgen: {error}')
    by_opcode = [[row for row in rows if row.opcode <= opcode < row.opcode + row.span] for opcode in range(4 * 256)]
    with open(ops, 'w', encoding='utf-8') as out:
        out.write('OP(illegal, 1)\n' + ''.join(f'OP({name}, {int(end)})\n' for name, end in ends.items()))
    with open(rows_path, 'w', encoding='utf-8') as out:
        out.write(''.join(row.c(row.name) + '\n' for rows_of in by_opcode for row in rows_of))
    with open(index, 'w', encoding='utf-8') as out:
        total = 0
        for rows_of in [*by_opcode, []]:
            out.write(f'{total},\n')
            total += len(rows_of)


if __name__ == '__main__':
    main()
