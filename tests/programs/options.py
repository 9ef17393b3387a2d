#!/usr/bin/env python3
"""The command line's options and their variables, as a running program notices them."""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from compiled import FOLDER, program
from emulator import GUESTS, TOP, emulator, parser, wanted
import tap

ENVIRONMENT = {'ONE': '1', 'TWO': '2', 'PATH': '/usr/bin:/bin'}


class Bench:
    def __init__(self, guest, show):
        self.guest, self.show = guest, show

    def run(self, options, *words, **variables):
        return tap.execute(self.guest + [*options, self.show, *words], environment=ENVIRONMENT | variables)

    def prints(self, expected, options, *words, **variables):
        outcome = self.run(options, *words, **variables)
        actual = sorted(outcome.stdout.decode().splitlines())
        if actual != sorted(expected) or outcome.status:
            raise tap.Failure(f'expected {sorted(expected)}, got {actual}, status {outcome.status}\n{tap.tail(outcome.stderr)}')


def lines(**variables):
    return [f'{name}={value}' for name, value in {**ENVIRONMENT, **variables}.items() if value is not None]


def environment(b):
    yield 'the environment is handed on', lambda: b.prints(lines(), [], 'environment')
    yield '-E', lambda: b.prints(lines(ONE='x', NEW='a=b'), ['-E', 'ONE=x', '-E', 'NEW=a=b'], 'environment')
    yield '-E with commas', lambda: b.prints(lines(ONE='x', NEW='y'), ['-E', 'ONE=x,NEW=y'], 'environment')
    yield '-U', lambda: b.prints(lines(ONE=None), ['-U', 'ONE'], 'environment')
    yield 'QEMU_SET_ENV', lambda: b.prints(lines(NEW='y', QEMU_SET_ENV='NEW=y'), [], 'environment', QEMU_SET_ENV='NEW=y')
    yield 'QEMU_UNSET_ENV', lambda: b.prints(lines(TWO=None, QEMU_UNSET_ENV='TWO'), [], 'environment', QEMU_UNSET_ENV='TWO')
    yield '-0', lambda: b.prints(['other'], ['-0', 'other'], 'name')
    yield 'QEMU_ARGV0', lambda: b.prints(['other'], [], 'name', QEMU_ARGV0='other')
    yield 'a program that executes itself', lambda: b.prints(lines(), [], 'self')


def limits(b):
    yield '-r', lambda: b.prints(['riscv64 9.8.7-test'], ['-r', '9.8.7-test'], 'release')
    yield 'QEMU_UNAME', lambda: b.prints(['riscv64 9.8.7-test'], [], 'release', QEMU_UNAME='9.8.7-test')
    yield '-s', lambda: b.prints(['1'], ['-s', '4M'], 'deep')

    def too_deep():
        outcome = b.run(['-s', '1M'], 'deep')
        if outcome.status != -11:
            raise tap.Failure(f'status {outcome.status}')
    yield '-s too small', too_deep
    yield '-R', lambda: b.prints([b.show], ['-R', '64G'], 'name')
    yield '-B 0', lambda: b.prints([b.show], ['-B', '0'], 'name')
    yield '-cpu', lambda: b.prints([b.show], ['-cpu', 'rv64'], 'name')


def logs(b):
    def contains(options, words, wanted, count=1, **variables):
        with tempfile.TemporaryDirectory() as directory:
            log = pathlib.Path(directory) / 'log'
            outcome = b.run([*options, '-D', str(log)], *words, **variables)
            text = log.read_text(errors='replace')
            if outcome.stderr:
                raise tap.Failure(f'on standard error:\n{tap.tail(outcome.stderr)}')
            for part in wanted:
                if (text.count(part) < 1) if count is None else (text.count(part) != count):
                    raise tap.Failure(f'{part!r} is there {text.count(part)} times:\n{tap.tail(text.encode(), 20)}')

    yield '-strace', lambda: contains(['-strace'], ['release'], ['uname(', 'exit_group(0)'])
    yield '--strace', lambda: contains(['--strace'], ['release'], ['uname('])
    yield 'QEMU_STRACE', lambda: contains([], ['release'], ['uname('], QEMU_STRACE='1')
    yield 'a missing call is named once', lambda: contains(['-d', 'unimp'], ['missing'], ['system call 2000 ', 'system call 244 '])
    yield 'a missing call is named once by -strace', lambda: contains(['-strace'], ['missing'], ['system call 2000 '])
    yield 'a missing call returns ENOSYS and says nothing', lambda: b.prints(['-1 1'] * 4, [], 'missing')
    stages = ['IN: ', 'IR:\n', 'IR after passes:\n', 'OUT:\n', 'Trace 0x']
    yield 'a block on its way', lambda: contains(['--threshold=0', '--hot=0', '-d', 'in_asm,ir,ir_opt,out_asm,exec'], ['name'], stages, None)
    tiers = ['discovered', 'translated in a hurry', 'hot traces', 'hot loops', 'from earlier runs', 'code cache: ']
    yield '--stats', lambda: contains(['--stats', '--no-keep'], ['name'], tiers)
    yield 'FERRY_STATS', lambda: contains([], ['name'], tiers[:1], FERRY_STATS='1')
    yield 'QEMU_LOG', lambda: contains([], ['name'], ['IN: '], None, QEMU_LOG='in_asm')


def example(b):
    """Every block of text on the page about a block on its way is what -d shows."""
    def judge():
        page = (TOP / 'docs/worked-example.md').read_text()
        with tempfile.TemporaryDirectory() as directory:
            built, program, log = (pathlib.Path(directory) / name for name in ('e.o', 'e', 'log'))
            subprocess.run(['powerpc-linux-gnu-as', '-o', built, FOLDER / 'options/example.s'], check=True)
            subprocess.run(['powerpc-linux-gnu-ld', '-Ttext=0x10000054', '-o', program, built], check=True)
            outcome = tap.execute(b.guest + ['--threshold=0', '--hot=0', '-d', 'in_asm,ir,ir_opt,out_asm', '-D', str(log), program])
            text = log.read_text()
        if outcome.status:
            raise tap.Failure(f'exit status {outcome.status}: {tap.tail(outcome.stderr)}')
        for shown in re.findall(r'^```\n(.*?)^```$', page, re.MULTILINE | re.DOTALL):
            if shown not in text:
                raise tap.Failure(f'the page shows what -d does not:\n{shown}')

    yield 'docs/worked-example.md is true', judge


def main():
    options = parser(__doc__).parse_args()
    show = str(program(FOLDER / 'options/show.c', GUESTS['riscv64'][0], ['-O1', '-static']))
    b = Bench(emulator(options), show)
    cases = [(name, judge) for part in (environment, limits, logs, example) for name, judge in part(b) if wanted(options, name)]
    return tap.run(cases, options.jobs)


if __name__ == '__main__':
    sys.exit(main())
