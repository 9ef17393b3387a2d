#!/usr/bin/env python3
"""Runs random instruction sequences under Ferry and under a reference emulator; all registers and memory must agree after each sequence.

Ferry's engines and options are compared with the reference one by one. A mismatch names the sequence, what differs, and the instructions.
"""

import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from emulator import emulator, parser, wanted
import tap

from program import OUTPUT_SIZE, Program, differences
from sequences import THEMES

VARIANTS = {
    'switch': ['--engine=switch'],
    'threaded': ['--engine=threaded'],
    'ir': ['--engine=ir'],
    'ir no-opt': ['--engine=ir', '--no-opt'],
    'block': ['--engine=block', '--threshold=0', '--hot=0'],
    'block warm': ['--engine=block', '--threshold=2', '--hot=2'],
    'block one-insn-per-tb': ['--engine=block', '--threshold=0', '--hot=0', '--one-insn-per-tb'],
    'block plain': ['--engine=block', '--threshold=0', '--hot=0', '--no-opt', '--no-regmap', '--no-chain', '--no-indirect-cache',
                    '--no-return-prediction'],
    'block old host': ['--engine=block', '--threshold=0', '--hot=0', '--host-features=-sse4.1,-bmi1,-bmi2,-lzcnt,-popcnt,-movbe,-avx,-fma,-avx512vl'],
    'block small cache': ['--engine=block', '--threshold=0', '--hot=0', '--cache-size=256K'],
}

DETAILED = ('switch', 'block')  # the others mostly fail with one of these


def listing(program, number):
    """The instructions of a sequence, as the cross binutils disassemble them."""
    start, end = program.starts[number:number + 2]
    with tempfile.NamedTemporaryFile() as file:
        file.write(program.code.bytes[start - program.code.origin:end - program.code.origin])
        file.flush()
        dump = subprocess.run(['riscv64-linux-gnu-objdump', '-D', '-b', 'binary', '-m', 'riscv:rv64', f'--adjust-vma={start:#x}',
                               file.name], capture_output=True, text=True)
    return [line for line in dump.stdout.splitlines() if ':\t' in line]


def compare(program, expected, actual, detail):
    for number in range(program.count):
        place = slice(number * OUTPUT_SIZE, (number + 1) * OUTPUT_SIZE)
        if expected.stdout[place] == actual.stdout[place]:
            continue
        lines = [f'sequence {number} of seed {program.seed}:']
        if len(actual.stdout) < place.stop:
            lines.append(f'exit status {actual.status}: {tap.tail(actual.stderr, 3)}')
        else:
            lines += differences(expected.stdout[place], actual.stdout[place])[:12]
        raise tap.Failure('\n'.join(lines + (listing(program, number) if detail else [])))
    if actual.status or actual.stdout != expected.stdout:
        raise tap.Failure(f'exit status {actual.status}: {tap.tail(actual.stderr)}')


def main():
    options = parser(__doc__)
    options.add_argument('--reference', required=True, help='command of the reference emulator')
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--count', type=int, default=400, help='sequences of each theme')
    options.add_argument('--keep', type=pathlib.Path, help='folder where the programs are left')
    options = options.parse_args()
    guest = emulator(options)
    reference = shlex.split(options.reference)

    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or pathlib.Path(scratch)
        programs, outcomes = {}, {}

        def prepare(theme):
            programs[theme] = Program(theme, options.seed, options.count)
            path = folder / theme
            path.write_bytes(programs[theme].image())
            path.chmod(0o755)
            outcomes[theme] = tap.execute(reference + [path])
            if outcomes[theme].status or len(outcomes[theme].stdout) != options.count * OUTPUT_SIZE:
                raise tap.Failure(f'the reference ends with {outcomes[theme].status} after '
                                  f'{len(outcomes[theme].stdout) // OUTPUT_SIZE} sequences: {tap.tail(outcomes[theme].stderr)}')

        def judge(theme, variant):
            actual = tap.execute(guest + VARIANTS[variant] + [folder / theme])
            compare(programs[theme], outcomes[theme], actual, variant in DETAILED)

        cases = []
        for theme in THEMES:
            chosen = [variant for variant in VARIANTS if wanted(options, f'{theme}, {variant}')]
            if chosen:
                prepare(theme)
            cases += [(f'{options.count} sequences, {theme}, {variant}', lambda theme=theme, variant=variant: judge(theme, variant))
                      for variant in chosen]
        return tap.run(cases, options.jobs)


if __name__ == '__main__':
    sys.exit(main())
