#!/usr/bin/env python3
"""Measures Ferry against native programs and QEMU; scripts/bench prepares everything and starts it."""

import argparse
import os
import pathlib
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tests'))
from build import OPTIONS, VARIANTS, build
from emulator import CACHE, ENVIRONMENT, GUEST_ROOT, HOST_RUNS, NATIVE_ROOT, TOP
from measure import NATIVE, Bench, Cell, Column
from rows import FEW, OWN, PACKAGE, ROWS, SSE, START
import table

TECHNIQUES = {'chain': [], 'regmap': [], 'indirect-cache': [], 'return-prediction': [], 'lazy-flags': ['i386'], 'regions': [], 'opt': []} # for these guests alone


@dataclass
class Guest:
    """`qemu_options`: what makes QEMU offer no more than Ferry does and spend time on it. `reference`: the column that says what programs print;
    natively some print something else where words have another width or another order."""
    name: str
    root: pathlib.Path
    native_root: pathlib.Path
    compiler: str
    programs: str
    qemu_options: list
    reference: str
    page: str
    bars: object


GUESTS = {
    'riscv64': Guest('riscv64', GUEST_ROOT, NATIVE_ROOT, 'riscv64-linux-gnu-gcc', "packages are Debian 13's, amd64 and riscv64",
                     ['-cpu', 'rv64'], 'native', 'performance.md', table.riscv64_bars),
    'powerpc': Guest('powerpc', CACHE / 'source/static', CACHE / 'source/native', 'powerpc-linux-gnu-gcc',
                     "packages are built from Debian 13's sources, static", [], 'qemu 13', 'performance-powerpc.md', table.powerpc_bars),
    'i386': Guest('i386', CACHE / 'root-i386', CACHE / 'root-i386', 'i686-linux-gnu-gcc', "packages are Debian 13's, i386; native is the same "
                  'program on the processor itself', [], 'native', 'performance-i386.md', table.i386_bars),
}


def columns(options):
    def ferry(name, *arguments, **more):
        return Column(name, [options.ferry, *arguments], reenters=True, **more)

    return [
        NATIVE,
        *(Column(name, command.split() + GUESTS[options.guest].qemu_options) for name, command in (('qemu 12', options.qemu12), ('qemu 13', options.qemu13))),
        ferry('block', keeps=True),
        ferry('first run', '--no-keep', first=True),
        ferry('threaded', '--engine=threaded', static=True, percent=25),
        ferry('switch', '--engine=switch', static=True, percent=25),
        ferry('ir', '--engine=ir', static=True, few=True, percent=2),
        *(ferry('no-' + name, '--no-' + name, static=True, percent=25 if name == 'chain' else 100)
          for name, guests in TECHNIQUES.items() if not guests or options.guest in guests),
    ]


def applies(column, row):
    return not (column.static and row.kind in (PACKAGE, START) or column.first and row.kind in OWN or column.few and row.name not in FEW)


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.split('\n')[0]


def compilers(guest):
    """By name of the folder of programs; where the host runs the guest's, there are no others."""
    return {guest.name: guest.compiler} if guest.name in HOST_RUNS else {'native': 'gcc', guest.name: guest.compiler}


def method(options, percent):
    guest = GUESTS[options.guest]
    versions = ' and '.join(first_line(compiler, '--version') for compiler in compilers(guest).values())
    sse = f"; kind {SSE} with `{' '.join(VARIANTS['.sse'])}`, too" if any(row.kind == SSE and guest.name in row.guests for row in ROWS) else ''
    cpu = re.search(r'model name\s*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())
    commit = first_line('git', '-C', str(TOP), 'describe', '--always', '--dirty')
    return f'''\
{time.strftime("%Y-%m-%d")}, Ferry {commit}. Machine: {cpu[1] if cpu else platform.processor()}, {os.cpu_count()} CPUs, Linux \
{platform.release().split("-")[0]}.

- Columns: {NATIVE.name}, {first_line(*options.qemu12.split(), "--version")}, {first_line(*options.qemu13.split(), "--version")}\
{", both with `" + " ".join(guest.qemu_options) + "`" if guest.qemu_options else ""}, and Ferry's engines; first run: the block engine without translations from earlier runs.
- Programs are `bench/*.c`, compiled by {versions}, `{" ".join(OPTIONS)}`{sse}; {guest.programs}.
- A cell is the median of {options.rounds} runs; all columns run in turn, row after row, round after round. Time is user and system CPU time of a \
process and all its children. What a program prints must be what it prints in column {guest.reference}.
- {percent} percent of the usual work; the interpreters and the engine without chaining do 25, the evaluator of the IR 2 percent of that, and \
their times are multiplied.'''


def measure(options, results, rows, chosen, percent):
    guest = GUESTS[options.guest]
    reference = next(column for column in columns(options) if column.name == guest.reference)
    bench = Bench(options.programs, guest, reference, ENVIRONMENT)
    for row in rows:
        for column in chosen:
            if column.keeps and applies(column, row):
                bench.sample(Cell(), row, column, percent) # not the first run, which leaves its translations
    for number in range(options.rounds):
        for row in rows:
            if sys.stderr.isatty():
                print(f'\r\033[Kround {number + 1} of {options.rounds}: {row.name}', end='', file=sys.stderr, flush=True)
            for column in chosen:
                if applies(column, row):
                    bench.sample(results.cells[row.name, column.name], row, column, percent)
    if sys.stderr.isatty():
        print('\r\033[K', end='', file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(prog='bench', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='a fifth of the work, one round')
    parser.add_argument('--rounds', type=int, help='samples of each cell, default 3')
    parser.add_argument('--rows', type=re.compile, default='', metavar='REGEX', help='only rows whose name or kind matches')
    parser.add_argument('--columns', type=re.compile, default='', metavar='REGEX', help='only columns whose name matches, and native')
    parser.add_argument('--markdown', action='store_true', help='write docs/performance.md, or its like, too')
    parser.add_argument('--guest', choices=GUESTS, default='riscv64')
    parser.add_argument('--ferry', default=str(TOP / 'build/ferry'), help='the program to measure, default build/ferry')
    for name in ('programs', 'qemu12', 'qemu13'): # from scripts/bench
        parser.add_argument('--' + name, required=True, help=argparse.SUPPRESS, type=pathlib.Path if name == 'programs' else str)
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.ferry = str(pathlib.Path(options.ferry).resolve())
    percent = 20 if options.quick else 100

    guest = GUESTS[options.guest]
    rows = [row for row in ROWS if guest.name in row.guests]
    if options.rows:
        rows = [row for row in rows if options.rows.search(row.name) or options.rows.search(row.kind)]
    build(options.programs, compilers(guest), rows)
    chosen = [c for c in columns(options) if c is NATIVE or not options.columns or options.columns.search(c.name)]
    results = table.Results(rows, chosen)
    measure(options, results, rows, chosen, percent)
    bars = list(guest.bars(results))
    text = table.report(results, bars, method(options, percent))
    print(text)
    if options.markdown:
        table.write_markdown(TOP / 'docs' / guest.page, guest.name, text)
    return 1 if results.wrong(but=table.QEMUS) or any(bar[3] is False for bar in bars) else 0


if __name__ == '__main__':
    sys.exit(main())
