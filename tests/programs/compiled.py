#!/usr/bin/env python3
"""Compiles each program of c/, cxx/ and probes/ for the guest and for this machine; all must print the same and exit alike. With --reference
the guest's program itself is run by that emulator instead: for programs that print something else where a long is shorter. With --itself the
host runs it, as it does if it has the guest's instructions.

The guest's programs are made twice: static at -O2 and dynamic at -O0. Compiled programs are kept in Ferry's cache.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from emulator import CACHE, ENVIRONMENT, GUESTS, TOP, emulator, parser, wanted
import tap

FOLDER = TOP / 'tests/programs'
FLAGS = ['-w', '-D_GNU_SOURCE', '-ffp-contract=off', '-fwrapv', '-frounding-math', '-pthread', '-fasynchronous-unwind-tables']
NATIVE = ('', ['-O2'])
LIBRARIES = {'powerpc-linux-gnu-': ['-latomic']} # for what it has no instructions for
VECTORS = {'powerpc-linux-gnu-': ['-maltivec']} # to have what a program named vectors is about
VARIANTS = {'static': ['-O2', '-static'], 'dynamic': ['-O0']}


def program(source, prefix, options):
    """The path of the compiled program, made if need be. Not for two threads with the same program."""
    compiler = prefix + ('gcc' if source.suffix == '.c' else 'g++')
    command = [compiler, *FLAGS, *options, *(VECTORS.get(prefix, []) if source.stem == 'vectors' else [])]
    version = subprocess.run([compiler, '--version'], capture_output=True).stdout
    key = hashlib.sha256(source.read_bytes() + ' '.join(command).encode() + version).hexdigest()[:16]
    path = CACHE / 'programs' / f'{source.stem}-{key}'
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(f'.{os.getpid()}')
        done = subprocess.run(command + ['-o', fresh, source, '-lm', *LIBRARIES.get(prefix, [])], capture_output=True)
        if done.returncode:
            raise tap.Failure(f'{compiler}: {tap.tail(done.stderr)}')
        fresh.rename(path)
    return path


def execute(command):
    outcome = tap.execute(command, environment=ENVIRONMENT, limit=60)
    if outcome.status is None:
        raise tap.Failure(f'{command[-1]} runs out of time')
    return outcome


def by_the_host(root, compiled, options):
    """The command by which the host runs the guest's program, with the guest's libraries."""
    if '-static' in options:
        return [compiled]
    loader = next(root.glob('usr/lib/*/ld-linux.so.2'))
    return [loader, '--library-path', loader.parent, compiled]


def judge(source, prefix, options, guest, reference):
    compiled = program(source, prefix, options)
    expected = execute(reference(compiled, options) if reference else [program(source, *NATIVE)])
    actual = execute(guest + [compiled])
    difference = tap.first_difference(expected.stdout, actual.stdout)
    if not difference and expected.status != actual.status:
        difference = f'exit status {actual.status}, expected {expected.status}'
    if difference:
        raise tap.Failure(f'{difference}\n{tap.tail(actual.stderr)}')


def main():
    options = parser(__doc__)
    options.add_argument('--reference', help='command of another emulator')
    options.add_argument('--itself', action='store_true')
    options = options.parse_args()
    guest = emulator(options)
    prefix, root = GUESTS[options.guest]
    reference = None
    if options.itself:
        reference = lambda compiled, flags: by_the_host(root, compiled, flags)
    elif options.reference:
        reference = lambda compiled, flags: [*shlex.split(options.reference), '-L', root, compiled]
    cases = []
    sources = sorted([*FOLDER.glob('c/*.c'), *FOLDER.glob('probes/*.c'), *FOLDER.glob('cxx/*.cc')])
    if not reference:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for source in sources:
                pool.submit(program, source, *NATIVE)
    for source in sources:
        for variant, flags in VARIANTS.items():
            name = f'{source.parent.name}/{source.stem} {variant}'
            if wanted(options, name):
                cases.append((name, lambda source=source, flags=flags: judge(source, prefix, flags, guest, reference)))
    return tap.run(cases, options.jobs)


if __name__ == '__main__':
    sys.exit(main())
