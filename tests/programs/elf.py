"""Writes small riscv64 ELF executables, whole or broken, without an assembler."""

import struct

BASE = 0x10000
HEADER = '<16sHHIQQQIHHHHHH'
SEGMENT = '<IIQQQQQQ'
READ, WRITE, EXECUTE = 4, 2, 1
LOAD, INTERPRETER = 1, 3

A0, A7, SP, RA, T0 = 10, 17, 2, 1, 5


def addi(rd, rs1, immediate): return (immediate & 0xfff) << 20 | rs1 << 15 | rd << 7 | 0x13
def slli(rd, rs1, amount): return amount << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x13
def lui(rd, immediate): return (immediate & 0xfffff) << 12 | rd << 7 | 0x37
def sd(rs2, offset, rs1): return rs2 << 20 | rs1 << 15 | 3 << 12 | offset << 7 | 0x23
def ld(rd, offset, rs1): return offset << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 3
def jalr(rd, rs1): return rs1 << 15 | rd << 7 | 0x67
def jump_to_self(): return 0x6f
def jump_back(instructions, link=0):
    offset = -4 * instructions & 0x1fffff
    return (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 | (offset >> 12 & 0xff) << 12 | link << 7 | 0x6f
ECALL, EBREAK = 0x73, 0x100073


def exit_with(status):
    return [addi(A0, 0, status), addi(A7, 0, 93), ECALL]


def header(**changes):
    """An ELF header; `changes` override its fields."""
    fields = dict(magic=b'\x7fELF', elf_class=2, data=1, version=1, osabi=0, type=2, machine=243, entry=BASE + 64 + 56, phoff=64, phentsize=56, phnum=1)
    fields.update(changes)
    f = fields
    ident = f['magic'] + bytes([f['elf_class'], f['data'], f['version'], f['osabi']])
    return struct.pack(HEADER, ident, f['type'], f['machine'], 1, f['entry'], f['phoff'], 0, 5, 64, f['phentsize'], f['phnum'], 64, 0, 0)


def segment(kind=LOAD, flags=READ | EXECUTE, offset=0, address=BASE, file_size=4096, memory_size=None, align=4096):
    return struct.pack(SEGMENT, kind, flags, offset, address, address, file_size, file_size if memory_size is None else memory_size, align)


def executable(code, **changes):
    """One read-and-execute segment with header and code."""
    size = 64 + 56 + 4 * len(code)
    return header(**changes) + segment(file_size=size) + struct.pack(f'<{len(code)}I', *code)
