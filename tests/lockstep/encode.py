"""Encodes instructions from Ferry's own decode table (src/guest/riscv/riscv.decode), so that one more line there is one more instruction
here. A fault of the table itself shows as soon as the result runs under another emulator."""

import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tools'))
import decodegen

TABLE = decodegen.Table((TOP / 'src/guest/riscv/riscv.decode').read_text())
PATTERNS = {pattern.name: pattern for pattern in TABLE.patterns}
SPECIAL_CASES = {pattern.name: [other for other in TABLE.patterns if other.special_case_of(pattern)] for pattern in TABLE.patterns}

# Fields of three bits that count registers from 8.
PRIMED = ('x_prime', 'f_prime')


def limits(field):
    """Smallest and largest value of a field, and the step between values."""
    if field.by in PRIMED:
        return 8, 15, 1
    step = 1 << field.shift
    if field.signed:
        return -(step << field.bits.width - 1), (step << field.bits.width - 1) - step, step
    return 0, (step << field.bits.width) - step, step


def encode(pattern, values):
    """The word of an instruction whose members (rd, rs1, imm, ...) have these values; None if it has none, or means something else."""
    word = pattern.value
    for field in pattern.format.fields.values():
        value = values[field.member]
        low, high, step = limits(field)
        assert low <= value <= high and value % step == 0, f'{pattern.name}: {field.member}={value}'
        bits = value - 8 if field.by in PRIMED else value >> field.shift
        bits &= (1 << field.bits.width) - 1
        if field.not0 and not bits:
            return None
        word |= field.bits.deposit(bits)
    if any(word & other.mask == other.value for other in SPECIAL_CASES[pattern.name]):
        return None
    return word
