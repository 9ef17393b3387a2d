#!/usr/bin/env python3
"""decodegen: from a decode table to a decoder, a disassembler and the list of operations.

    decodegen.py TABLE OPS DECODE PRINT PATTERNS

reads TABLE and writes four C fragments for the guest that owns it:

    OPS      OP(name, ends) for each operation, in the table's order, after OP(illegal, 1); ends: 1 if it ends a block
    DECODE   static bool decode_N(uint32_t w, uint32_t mode, struct GUEST_insn *out) for each width N
    PRINT    static void print_operands(const struct GUEST_insn *d, struct text *t): name and operands
    PATTERNS PATTERN(width, mask, value) for each line with a bit string, for tests

THE TABLE. `#` begins a comment. A line is one of:

guest NAME
    First line: names the record, struct NAME_insn. It begins with `struct insn head`.

width N BITS
    Instructions may have N bits; the decoder first switches on BITS (as in a field), so choose those that tell most of them apart.

field NAME MEMBER BITS [<< N] [not0] [by FUNCTION | checked FUNCTION] [as PRINTER]
    An operand: which bits of the instruction (high to low: `31,7,30:25,11:8`; `signed` before them makes it two's complement), shifted
    left by N, go into which member of the record. `not0`: bits that are all 0 make the instruction illegal. `by`: through
    `int FUNCTION(bits)`. `checked`: through `int FUNCTION(bits, mode)`; a negative answer makes the instruction illegal. PRINTER: the
    operand's text comes from print_PRINTER(text, record, value).

format NAME [ends] OPERAND...
    What a family of instructions has: fields, or MEMBER=VALUE for one that is not encoded. `ends`: they end a block.

NAME BITSTRING FORMAT SYNTAX
    An instruction. The bit string is as the manual's figure, high bit first: 0, 1, or `.` for operand bits; spaces are free. SYNTAX is
    what follows the name: words that name a field of the format print it, all else stands for itself; blanks are for the reader.
    A syntax that begins with `.FIELD` continues the name with the field's text; there may be several.

NAME BITSTRING FORMAT = BASE
    Another encoding of BASE: same operation, same syntax. FORMAT must fill every member that BASE's format fills, and end a block
    if that does.

    A line indented below another is a special case of it and is tried first: it must fix all bits that the other fixes, and more. Any other
    two lines must not overlap.

alias BASE NAME CONDITION... : SYNTAX
    How to print BASE when each CONDITION (MEMBER=VALUE, MEMBER=MEMBER) holds; earlier lines win.

Errors name the line, and nothing is written."""

import re
import sys


class TableError(Exception):
    pass


class Bits:
    """Pieces of an instruction, high to low, put together."""

    def __init__(self, text):
        self.pieces = []
        for piece in text.split(','):
            if not re.fullmatch(r'\d+(:\d+)?', piece):
                raise TableError(f'{piece} is no bit range')
            high, low = (int(n) for n in (piece.split(':') * 2)[:2])
            if high < low:
                raise TableError(f'{piece} is upside down')
            self.pieces.append((high, low))
        self.width = sum(high - low + 1 for high, low in self.pieces)

    def mask(self):
        return sum(((1 << (high - low + 1)) - 1) << low for high, low in self.pieces)

    def deposit(self, value):
        """The instruction bits in which `value` stands."""
        word = 0
        for high, low in reversed(self.pieces):
            word |= (value & ((1 << (high - low + 1)) - 1)) << low
            value >>= high - low + 1
        return word

    def expression(self):
        """C expression of their value in terms of `w`."""
        parts, at = [], self.width
        for high, low in self.pieces:
            at -= high - low + 1
            part = f'(w >> {low} & {(1 << (high - low + 1)) - 1:#x})' if low else f'(w & {(1 << (high + 1)) - 1:#x})'
            parts.append(f'{part} << {at}' if at else part)
        return ' | '.join(parts)


class Field:
    def __init__(self, words):
        self.name, self.member = words.pop(0), words.pop(0)
        self.signed = words[0] == 'signed' and bool(words.pop(0))
        self.bits = Bits(words.pop(0))
        self.shift, self.not0, self.by, self.checked, self.printer = 0, False, None, None, None
        while words:
            keyword = words.pop(0)
            if keyword == 'not0':
                self.not0 = True
                continue
            if keyword not in ('<<', 'by', 'checked', 'as') or not words:
                raise TableError(f'field {self.name}: what is {keyword}?')
            value = words.pop(0)
            if keyword == '<<':
                self.shift = int(value)
            else:
                setattr(self, 'printer' if keyword == 'as' else keyword, value)

    def value(self):
        """C expression of the operand in terms of `w`."""
        text = self.bits.expression()
        if self.signed:
            text = f'sign_extend({self.bits.width}, {text})'
        if self.shift:
            text = f'({text}) * {1 << self.shift}'
        return text

    def code(self):
        """C statements that fill the member, or return false."""
        out, value = [], self.value()
        if self.not0:
            out += [f'if (!(w & {self.bits.mask():#x}))', '    return false;']
        if self.checked:
            out += [f'if ((checked = {self.checked}({value}, mode)) < 0)', '    return false;']
            value = 'checked'
        return out + [f'out->{self.member} = {self.by}({value});' if self.by else f'out->{self.member} = {value};']


class Format:
    def __init__(self, name, words, fields):
        self.name, self.ends = name, False
        self.fields, self.constants = {}, {}
        for word in words:
            if word == 'ends':
                self.ends = True
            elif '=' in word:
                member, value = word.split('=', 1)
                self.constants[member] = value
            elif word in fields:
                self.fields[word] = fields[word]
            else:
                raise TableError(f'format {name}: unknown field {word}')

    def members(self):
        return {f.member for f in self.fields.values()} | set(self.constants)

    def mask(self):
        mask = 0
        for field in self.fields.values():
            mask |= field.bits.mask()
        return mask


class Pattern:
    def __init__(self, line, name, bits, form, parent):
        self.line, self.name, self.format, self.parent = line, name, form, parent
        self.width = len(bits)
        self.mask = sum(1 << i for i, bit in enumerate(reversed(bits)) if bit != '.')
        self.value = sum(1 << i for i, bit in enumerate(reversed(bits)) if bit == '1')
        self.base, self.syntax = None, None

    def special_case_of(self, other):
        return self.parent is not None and (self.parent is other or self.parent.special_case_of(other))

    def overlaps(self, other):
        return self.width == other.width and not (self.value ^ other.value) & self.mask & other.mask


class Table:
    def __init__(self, text):
        self.guest, self.widths = None, {}
        self.fields, self.formats, self.patterns, self.ops, self.aliases = {}, {}, [], {}, {}
        self.stack = []  # (indentation, pattern): the lines that the next one may be a special case of
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split('#')[0].rstrip()
            if not line:
                continue
            try:
                self.read(line, number)
            except TableError as error:
                raise TableError(f'{number}: {error}') from None
            except (ValueError, IndexError):
                raise TableError(f'{number}: cannot read this line') from None
        self.check()

    def read(self, line, number):
        words = line.split()
        if words[0] == 'guest':
            self.guest = words[1]
        elif words[0] == 'width':
            self.define(self.widths, int(words[1]), Bits(words[2]))
        elif words[0] == 'field':
            self.define(self.fields, words[1], Field(words[1:]))
        elif words[0] == 'format':
            self.define(self.formats, words[1], Format(words[1], words[2:], self.fields))
        elif words[0] == 'alias':
            self.read_alias(line)
        else:
            self.read_instruction(line, number)

    def define(self, where, name, what):
        if name in where:
            raise TableError(f'{name} is defined twice')
        where[name] = what

    def read_instruction(self, line, number):
        match = re.fullmatch(r'( *)([a-z][a-z0-9_.]*) +([01.][01. ]*) +([A-Za-z]\w*)(.*)', line)
        if not match:
            raise TableError('cannot read this line')
        indent, name, bits, form, rest = len(match[1]), match[2], match[3].replace(' ', ''), match[4], match[5].strip()
        if len(bits) not in self.widths:
            raise TableError(f'{name}: bit string of {len(bits)} bits')
        if form not in self.formats:
            raise TableError(f'{name}: unknown format {form}')
        while self.stack and self.stack[-1][0] >= indent:
            self.stack.pop()
        parent = self.stack[-1][1] if self.stack else None
        p = Pattern(number, name, bits, self.formats[form], parent)
        self.stack.append((indent, p))
        self.patterns.append(p)
        if parent and ((p.value ^ parent.value) & parent.mask or p.mask & parent.mask != parent.mask or p.mask == parent.mask):
            raise TableError(f'{name} is no special case of {parent.name}')
        if p.format.mask() & p.mask:
            raise TableError(f'{name}: an operand of format {form} has fixed bits')
        if p.format.mask() >> p.width:
            raise TableError(f'{name}: format {form} needs more than {p.width} bits')
        if rest.startswith('='):
            base = rest[1:].strip()
            if base not in self.ops:
                raise TableError(f'{name}: unknown instruction {base}')
            p.base = self.ops[base]
            missing = p.base.format.members() - p.format.members()
            if missing:
                raise TableError(f'{name}: {base} needs ' + ', '.join(sorted(missing)))
            if p.format.ends != p.base.format.ends:
                raise TableError(f'{name}: either it and {base} end a block, or neither')
        else:
            p.syntax = self.read_syntax(rest, p.format)
            self.define(self.ops, name, p)

    def read_alias(self, line):
        head, colon, syntax = line.partition(':')
        words = head.split()
        if words[1] not in self.ops or not colon:
            raise TableError(f'alias of unknown instruction {words[1]}')
        base = self.ops[words[1]]
        conditions = []
        for word in words[3:]:
            member, value = word.split('=')
            if member not in base.format.members():
                raise TableError(f'{words[1]} has no {member}')
            conditions.append(f'd->{member} == ' + (f'd->{value}' if value in base.format.members() else value))
        self.aliases.setdefault(words[1], []).append((words[2], conditions, self.read_syntax(syntax, base.format)))

    def read_syntax(self, text, form):
        """(continues the name, pieces): pieces are literal texts and fields."""
        tail = re.fullmatch(r'((?:\.\w+)+)\b(.*)', text.strip())
        if tail:
            text = tail[1].replace('.', ' ') + (tail[2] and '\t' + tail[2])
        pieces = []
        for token in re.findall(r'[A-Za-z_]\w*|\t|[^\s\w]+|\d+', text):
            if re.match(r'[A-Za-z_]', token):
                if token not in form.fields:
                    raise TableError(f'unknown field {token}')
                if not form.fields[token].printer:
                    raise TableError(f'field {token} has no printer')
                pieces.append(form.fields[token])
            else:
                pieces.append(token)
        return bool(tail), pieces

    def check(self):
        for i, p in enumerate(self.patterns):
            for q in self.patterns[:i]:
                if p.overlaps(q) and not p.special_case_of(q) and not q.special_case_of(p):
                    raise TableError(f'{p.line}: {p.name} overlaps {q.name} (line {q.line})')
        if not self.guest or not self.ops:
            raise TableError('1: no guest, or no instructions')


def c_name(name):
    return name.replace('.', '_')


# ---- output ----------------------------------------------------------------------------------------------------------------


def runs(mask):
    """The contiguous runs of bits in `mask`, as (lowest bit, count)."""
    low = 0
    while mask >> low:
        if not mask >> low & 1:
            low += 1
            continue
        count = 1
        while mask >> (low + count) & 1:
            count += 1
        yield low, count
        low += count


def decode_tree(patterns, tested, pad):
    """C statements that find the one of `patterns` that matches; they fall through when none does."""
    if len(patterns) == 1:
        p = patterns[0]
        left = p.mask & ~tested
        leaf = [f'{pad}out->head.op = OP_{c_name((p.base or p).name)};', f'{pad}goto format_{p.format.name};']
        if not left:
            return leaf
        return [f'{pad}if ((w & {left:#x}) == {p.value & left:#x}) {{'] + ['    ' + line for line in leaf] + [f'{pad}}}']

    common = ~tested
    for p in patterns:
        common &= p.mask
    # When no bit is fixed in all of them, those that fix some run of bits come first and the others are for the rest.
    masks = [common] if common > 0 else [p.mask & ~tested for p in patterns]
    candidates = {run for mask in masks for run in runs(mask)}

    def gain(run):
        low, count = run
        bits = ((1 << count) - 1) << low
        fixing = [p for p in patterns if p.mask & bits == bits]
        return len(fixing), len({p.value & bits for p in fixing}), -count

    low, count = max(sorted(candidates), key=gain)
    bits = ((1 << count) - 1) << low
    first = [p for p in patterns if p.mask & bits == bits]
    rest = [p for p in patterns if p.mask & bits != bits]
    out = [f'{pad}switch (w >> {low} & {(1 << count) - 1:#x}) {{']
    for value in sorted({p.value & bits for p in first}):
        inner = decode_tree([p for p in first if p.value & bits == value], tested | bits, pad + '    ')
        out += [f'{pad}case {value >> low:#x}:'] + inner
        if not inner[-1].strip().startswith('goto'):
            out += [f'{pad}    break;']
    out += [f'{pad}}}']
    return out + (decode_tree(rest, tested, pad) if rest else [])


def first_switch(patterns, selector):
    """decode_tree, but first the bits `selector`, whether all patterns fix them or not."""
    groups = {}
    for value in range(1 << selector.width):
        word = selector.deposit(value)
        fitting = tuple(p for p in patterns if not (p.value ^ word) & p.mask & selector.mask())
        groups.setdefault(fitting, []).append(value)
    out = [f'    switch ({selector.expression()}) {{']
    for fitting, values in groups.items():
        if fitting:
            out += ['    ' + ' '.join(f'case {value:#x}:' for value in values)]
            out += decode_tree(list(fitting), selector.mask(), '        ') + ['        break;']
    return out + ['    }']


def write_decoder(table):
    out = []
    for width, selector in table.widths.items():
        patterns = [p for p in table.patterns if p.width == width]
        formats = {p.format.name: p.format for p in patterns}
        out += [f'static bool decode_{width}(uint32_t w, uint32_t mode, struct {table.guest}_insn *out)', '{']
        if any(f.checked for form in formats.values() for f in form.fields.values()):
            out += ['    int checked;']
        out += ['    (void)mode, (void)out, (void)w;']
        out += first_switch(patterns, selector) + ['    return false;']
        for form in formats.values():
            out += [f'format_{form.name}:']
            out += [f'    {line}' for field in form.fields.values() for line in field.code()]
            out += [f'    out->{member} = {value};' for member, value in form.constants.items()]
            if form.ends:
                out += ['    out->head.ends_block = true;']
            out += ['    return true;']
        out += ['}', '']
    return out


def print_syntax(name, syntax, pad):
    continues, pieces = syntax
    literal = name if continues or not pieces else name + '\t'
    out = []
    for piece in pieces:
        if isinstance(piece, str):
            literal += piece
            continue
        if literal:
            out += [f'{pad}text_add(t, "{literal}");']
        out += [f'{pad}print_{piece.printer}(t, d, d->{piece.member});']
        literal = ''
    if literal:
        out += [f'{pad}text_add(t, "{literal}");']
    return [line.replace('\t"', '\\t"').replace('"\t', '"\\t') for line in out]


def write_printer(table):
    out = [f'static void print_operands(const struct {table.guest}_insn *d, struct text *t)', '{', '    switch (d->head.op) {']
    for name, p in table.ops.items():
        out += [f'    case OP_{c_name(name)}:']
        for alias, conditions, syntax in table.aliases.get(name, []):
            out += [f'        if ({" && ".join(conditions) or "true"}) {{']
            out += print_syntax(alias, syntax, '            ')
            out += ['            break;', '        }']
        out += print_syntax(name, p.syntax, '        ') + ['        break;']
    return out + ['    }', '}']


def main():
    table_path, ops_path, decode_path, print_path, patterns_path = sys.argv[1:]
    with open(table_path, encoding='utf-8') as file:
        text = file.read()
    try:
        table = Table(text)
    except TableError as error:
        sys.exit(f'{table_path}:{error}')
    outputs = {
        ops_path: ['OP(illegal, 1)'] + [f'OP({c_name(name)}, {int(p.format.ends)})' for name, p in table.ops.items()],
        decode_path: write_decoder(table),
        print_path: write_printer(table),
        patterns_path: [f'PATTERN({p.width}, {p.mask:#x}, {p.value:#x})' for p in table.patterns],
    }
    for path, lines in outputs.items():
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'/* Made by decodegen.py from {table.guest}.decode. */\n' + '\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
