"""Makes a static program without libc from random sequences, and reads what it prints.

The program runs its sequences one after the other. Before each it sets all registers from a table, after each it writes all registers and
the window (sequences.py) to standard output. One integer register, `scratch`, is the program's own.
"""

import random
import struct

import values
from sequences import CONSTANTS, FCSR, PAGE_END, WINDOW, Code, Sequence

CODE, DATA = 0x100000, 0x800000
DUMP = DATA              # x0 to x31, f0 to f31, fcsr
RESUME = DUMP + 0x300    # address of the next sequence
RECORD = DUMP + 0x308    # address of its initial registers
VECTOR = DUMP + 0x310    # of writev
RECORDS = DATA + 0x5000
RECORD_SIZE = 65 * 8     # laid out like DUMP
WRITEV, EXIT = 66, 93

WINDOW_SIZE = WINDOW[1] - WINDOW[0]
OUTPUT_SIZE = RECORD_SIZE + WINDOW_SIZE


class Program:
    def __init__(self, theme, seed, count):
        self.theme, self.seed, self.count = theme, seed, count
        self.random = random.Random(f'{theme} {seed}')
        self.scratch = self.random.choice((3, 4, 6, 7, 18, 27, 30, 31))
        self.code, self.records, self.starts = Code(CODE), bytearray(), []
        first = self.prologue()
        for _ in range(count):
            self.sequence()
        self.finish()
        self.code.fill(first, 'auipc', rd=1, imm=(self.starts[0] - first + 0x800) & ~0xfff)
        self.code.fill(first + 4, 'addi', rd=1, rs1=1, imm=(self.starts[0] - first + 0x800 & 0xfff) - 0x800)

    def prologue(self):
        """The entry point and `self.next`: where a sequence goes when it is done, with its successor's address in x1 (the real x1 is
        saved). Returns where x1 is to be set to the first sequence."""
        code, scratch = self.code, self.scratch
        others = [register for register in range(2, 32) if register != scratch]
        code.emit('lui', rd=scratch, imm=DUMP)
        first = code.leave(8)
        to_load = code.leave(4)

        self.next = code.here
        for register in others:
            code.emit('sd', rs1=scratch, rs2=register, imm=8 * register)
        for register in range(32):
            code.emit('fsd', rs1=scratch, rs2=register, imm=8 * (32 + register))
        code.emit('csrrs', rd=2, csr=FCSR, rs1=0)
        code.emit('sd', rs1=scratch, rs2=2, imm=8 * 64)
        code.emit('addi', rd=17, rs1=0, imm=WRITEV)
        code.emit('addi', rd=10, rs1=0, imm=1)
        code.emit('addi', rd=11, rs1=scratch, imm=VECTOR - DUMP)
        code.emit('addi', rd=12, rs1=0, imm=2)
        code.emit('ecall')

        code.fill(to_load, 'jal', rd=0, imm=code.here - to_load)
        code.emit('sd', rs1=scratch, rs2=1, imm=RESUME - DUMP)
        code.emit('ld', rd=1, rs1=scratch, imm=RECORD - DUMP)
        code.emit('addi', rd=2, rs1=1, imm=RECORD_SIZE)
        code.emit('sd', rs1=scratch, rs2=2, imm=RECORD - DUMP)
        code.emit('addi', rd=scratch, rs1=1, imm=0)
        code.emit('ld', rd=1, rs1=scratch, imm=8 * 64)
        code.emit('csrrw', rd=0, csr=FCSR, rs1=1)
        for register in range(32):
            code.emit('fld', rd=register, rs1=scratch, imm=8 * (32 + register))
        for register in [1, *others]:
            code.emit('ld', rd=register, rs1=scratch, imm=8 * register)
        code.emit('lui', rd=scratch, imm=DUMP)
        code.emit('ld', rd=scratch, rs1=scratch, imm=RESUME - DUMP)
        code.emit('jalr', rd=0, rs1=scratch, imm=0)
        return first

    def sequence(self):
        among = [register for register in range(1, 32) if register != self.scratch]
        constants = self.random.choice(among)
        chosen = [register for register in (2, self.random.randint(8, 15), self.random.choice(among)) if self.random.random() < 0.7]
        bases = {register: self.random.randrange(WINDOW[0], WINDOW[0] + 64, self.random.choice((1, 8)))
                 for register in chosen if register not in (constants, self.scratch)}

        initial = [values.integer(self.random) for _ in range(32)] + [values.float_register(self.random) for _ in range(32)]
        initial.append(self.random.randrange(5) << 5 | self.random.choice((0, 0, 0, self.random.randrange(32))))
        initial[constants] = CONSTANTS
        for register, address in bases.items():
            initial[register] = address
        self.records += struct.pack('<65Q', *initial)

        self.starts.append(self.code.here)
        Sequence(self.random, self.code, self.theme, [self.scratch], bases, constants)
        self.code.emit('lui', rd=self.scratch, imm=DUMP)
        self.code.emit('sd', rs1=self.scratch, rs2=1, imm=8)
        distance = self.next - self.code.here
        upper = distance + 0x800 & ~0xfff
        self.code.emit('auipc', rd=1, imm=upper)
        self.code.emit('jalr', rd=1, rs1=1, imm=distance - upper)

    def finish(self):
        """What follows the last sequence, with initial registers to go there."""
        self.records += bytes(RECORD_SIZE)
        self.starts.append(self.code.here)
        self.code.emit('addi', rd=17, rs1=0, imm=EXIT)
        self.code.emit('ecall')

    def data(self):
        content = bytearray(RECORDS - DATA)

        def put(address, *numbers):
            struct.pack_into(f'<{len(numbers)}Q', content, address - DATA, *numbers)

        put(RECORD, RECORDS)
        put(VECTOR, DUMP, RECORD_SIZE, WINDOW[0], WINDOW_SIZE)
        for address in range(WINDOW[0], WINDOW[1], 8):
            put(address, values.integer(self.random))
        for address in range(CONSTANTS - 2048, CONSTANTS, 8):
            put(address, values.double(self.random))
        for address in range(CONSTANTS, CONSTANTS + 2048, 8):
            put(address, values.single(self.random) | values.single(self.random) << 32)
        return content + self.records

    def image(self):
        """The ELF file: headers and code, then data."""
        headers, data = 0x1000, self.data()
        code = bytes(self.code.bytes)
        at = headers + len(code) + 0xfff & ~0xfff
        identity = b'\x7fELF\x02\x01\x01' + bytes(9)
        double_float_and_compressed = 5
        head = identity + struct.pack('<HHIQQQIHHHHHH', 2, 243, 1, CODE, 64, 0, double_float_and_compressed, 64, 56, 2, 0, 0, 0)
        head += struct.pack('<IIQQQQQQ', 1, 5, headers, CODE, CODE, len(code), len(code), 0x1000)
        head += struct.pack('<IIQQQQQQ', 1, 6, at, DATA, DATA, len(data), len(data), 0x1000)
        return head.ljust(headers, b'\0') + code.ljust(at - headers, b'\0') + data


def state_names():
    return [f'x{n}' for n in range(32)] + [f'f{n}' for n in range(32)] + ['fcsr']


def differences(expected, actual):
    """Describes how two sequences' outputs differ."""
    lines = []
    for index, name in enumerate(state_names()):
        a, b = (int.from_bytes(output[8 * index:8 * index + 8], 'little') for output in (expected, actual))
        if a != b:
            lines.append(f'{name}: expected {a:#x}, got {b:#x}')
    for offset in range(RECORD_SIZE, OUTPUT_SIZE, 8):
        a, b = (int.from_bytes(output[offset:offset + 8], 'little') for output in (expected, actual))
        if a != b:
            lines.append(f'memory at {WINDOW[0] + offset - RECORD_SIZE:#x}: expected {a:#x}, got {b:#x}')
    return lines
