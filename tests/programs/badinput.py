#!/usr/bin/env python3
"""What Ferry does with files that are no sound programs, and with programs that go wrong.

A file that cannot run gives one clear line and status 127 (missing) or 126 (all else); a program that goes wrong dies by its signal. Files
with random damage may do anything that a process may do, but Ferry itself must neither fail nor hang.
"""

import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from emulator import ENVIRONMENT, GUEST_ROOT, emulator, parser, wanted
from elf import *
import tap

OURS = (b'internal fault', b'bug in ferry', b'Assertion', b'AddressSanitizer', b'runtime error')


class Bench:
    """Makes files in a scratch directory and runs them."""

    def __init__(self, guest, directory):
        self.guest, self.directory = guest, pathlib.Path(directory)

    def file(self, name, content, mode=0o755):
        path = self.directory / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def run(self, path, limit=20):
        outcome = tap.execute(self.guest + [path], environment=ENVIRONMENT, limit=limit)
        if outcome.status is None:
            raise tap.Failure('hangs')
        if any(word in outcome.stderr for word in OURS):
            raise tap.Failure('Ferry itself fails:\n' + tap.tail(outcome.stderr))
        return outcome

    def refused(self, path, status=126, named=None):
        """The file is not run; one line says why, and of which file."""
        outcome = self.run(path)
        lines = outcome.stderr.splitlines()
        if outcome.status != status or len(lines) != 1 or os.fsencode(named or path) not in lines[0]:
            raise tap.Failure(f'status {outcome.status}, expected {status} and one line; got:\n{tap.tail(outcome.stderr)}')

    def ends(self, content, status):
        outcome = self.run(self.file('program' + os.urandom(4).hex(), content))
        if outcome.status != status:
            raise tap.Failure(f'status {outcome.status}, expected {status}\n{tap.tail(outcome.stderr)}')

    def survives(self, contents):
        path = self.directory / ('damaged' + os.urandom(4).hex())
        for number, content in enumerate(contents):
            path.write_bytes(content)
            path.chmod(0o755)
            try:
                self.run(path)
            except tap.Failure as failure:
                raise tap.Failure(f'variant {number}, {len(content)} bytes: {failure}')


def not_programs(bench):
    """Files that are refused."""
    good = executable(exit_with(42))
    yield 'missing', lambda: bench.refused(bench.directory / 'missing', 127)
    yield 'missing directory', lambda: bench.refused(bench.directory / 'missing/program', 127)
    yield 'directory', lambda: bench.refused(bench.directory)
    yield 'empty', lambda: bench.refused(bench.file('empty', b''))
    yield 'text', lambda: bench.refused(bench.file('text', b'neither a program nor a script\n'))
    yield 'script without interpreter', lambda: bench.refused(bench.file('script', b'#!/no/such/interpreter\nline\n'), 127)
    yield 'not executable', lambda: bench.refused(bench.file('data', good, 0o644))
    headers = {
        'i386': dict(elf_class=1, machine=3), 'arm': dict(elf_class=1, machine=40), 'riscv32': dict(elf_class=1),
        'powerpc': dict(elf_class=1, data=2, machine=20), 'sparc64': dict(data=2, machine=43), 'unknown machine': dict(machine=0xfeed),
        'big-endian riscv': dict(data=2), 'no class': dict(elf_class=0), 'no byte order': dict(data=0),
        'object file': dict(type=1), 'core dump': dict(type=4), 'no program headers': dict(phnum=0), 'small program headers': dict(phentsize=8),
        'program headers beyond the end': dict(phoff=1 << 40), 'program headers that wrap': dict(phoff=2**64 - 8), '65535 program headers': dict(phnum=65535),
    }
    for name, changes in headers.items():
        yield name, lambda name=name, changes=changes: bench.refused(bench.file(name.replace(' ', '-'), executable(exit_with(0), **changes)))
    code = struct.pack('<3I', *exit_with(0))
    segments = {
        'larger in the file than in memory': segment(file_size=132, memory_size=16), 'at the top of memory': segment(address=2**64 - 4096, file_size=132),
        'wraps': segment(file_size=132, memory_size=2**64 - 1), 'at null': segment(address=0, file_size=132),
        'above the address space': segment(address=1 << 60, file_size=132), 'misaligned offset': segment(offset=8, file_size=124),
        'file part beyond the end': segment(offset=1 << 40, file_size=132),
    }
    for name, one in segments.items():
        yield f'segment {name}', lambda name=name, one=one: bench.refused(bench.file('segment-' + name.replace(' ', '-'), header() + one + code))
    names = {'missing': b'/no/such/loader\0', 'unterminated': b'/lib/ld', 'a directory': b'/tmp\0', 'empty': b'\0'}
    for name, text in names.items():
        content = header(phnum=2, entry=BASE + 64 + 112) + segment(file_size=300) + segment(INTERPRETER, READ, 188, BASE + 188, len(text)) + code + text + bytes(120)
        yield f'interpreter {name}', lambda name=name, content=content: bench.refused(
            bench.file('interpreter-' + name.replace(' ', '-'), content), 127 if name == 'missing' else 126,
            '/tmp' if name == 'a directory' else None)


def going_wrong(bench):
    """Programs that are run and end badly, each in its own way."""
    high = [lui(T0, 0x80000), slli(T0, T0, 32), jalr(0, T0)]
    programs = {
        'exit status': (exit_with(42), 42),
        'all-zero instruction': ([0], -signal.SIGILL),
        'all-one instruction': ([0xffffffff], -signal.SIGILL),
        'reserved instruction': ([0x0000707b], -signal.SIGILL),
        'privileged instruction': ([0x30200073], -signal.SIGILL),
        'unknown control register': ([0x7c0022f3], -signal.SIGILL),
        'ebreak': ([EBREAK], -signal.SIGTRAP),
        'stack overflow': ([addi(SP, SP, -16), sd(RA, 0, SP), jump_back(2)], -signal.SIGSEGV),
        'recursion without end': ([addi(SP, SP, -1040), sd(RA, 0, SP), jump_back(2, RA)], -signal.SIGSEGV),
        'jump to null': ([jalr(0, 0)], -signal.SIGSEGV),
        'jump to an unmapped page': ([lui(T0, 0x40000), jalr(0, T0)], -signal.SIGSEGV),
        'jump to the top': (high, -signal.SIGSEGV),
        'jump to the stack': ([jalr(0, SP)], -signal.SIGSEGV),
        'load from null': ([ld(A0, 0, 0)], -signal.SIGSEGV),
        'load from a non-canonical address': ([lui(T0, 0x12345), slli(T0, T0, 32), ld(A0, 0, T0)], -signal.SIGSEGV),
        'store to code': ([lui(T0, BASE >> 12), sd(A0, 0, T0)], -signal.SIGSEGV),
        'code up to the end of its page': ([addi(0, 0, 0)] * ((4096 - 120) // 4), -signal.SIGSEGV),
        'unknown system call': ([addi(A7, 0, 2000), ECALL, 0x40a00533] + exit_with(0)[1:], 38),
        'bad pointer to a system call': ([addi(A7, 0, 64), addi(A0, 0, 1), addi(11, 0, 0), addi(12, 0, 5), ECALL, 0x40a00533] + exit_with(0)[1:], 14),
    }
    for name, (code, status) in programs.items():
        yield name, lambda code=code, status=status: bench.ends(executable(code), status)

    def killed(number):
        process = subprocess.Popen(bench.guest + [bench.file(f'loop{number}', executable([jump_to_self()]))], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        process.send_signal(number)
        try:
            status = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise tap.Failure('goes on')
        if status != -number:
            raise tap.Failure(f'status {status}')
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGSEGV:
        yield f'endless loop, {number.name} from outside', lambda number=number: killed(number)


def damaged(bench):
    """Sound programs, cut or changed; whatever happens, Ferry stays whole."""
    good = executable(exit_with(42))
    two = header(phnum=2, entry=BASE + 64 + 112) + segment(file_size=188) + segment(flags=READ | WRITE, offset=0, address=BASE + 4096, file_size=188, memory_size=9000) + struct.pack('<3I', *exit_with(42))
    yield 'cut at every length', lambda: bench.survives(good[:length] for length in range(0, len(good), 3))
    for seed in range(6):
        def variants(seed=seed):
            dice = random.Random(seed)
            for _ in range(60):
                content = bytearray(two if seed % 2 else good)
                for _ in range(dice.choice((1, 1, 2, 4))):
                    content[dice.randrange(16 if dice.random() < 0.9 else 0, len(content))] = dice.choice((0, 1, 0x7f, 0x80, 0xff, dice.randrange(256)))
                yield bytes(content)
        yield f'header bytes changed, seed {seed}', lambda variants=variants: bench.survives(variants())

    def real(change):
        busybox = (GUEST_ROOT / 'usr/bin/busybox').read_bytes()
        bench.survives(change(busybox, random.Random(number)) for number in range(25))
    yield 'busybox cut', lambda: real(lambda content, dice: content[:dice.randrange(len(content))])
    yield 'busybox with zeros in its code', lambda: real(lambda content, dice: content[:(at := dice.randrange(0x1000, len(content) // 2))] + bytes(4096) + content[at + 4096:])

    def noise(number):
        dice = random.Random(number)
        for _ in range(15):
            yield executable([dice.getrandbits(32) for _ in range(200)])
            yield executable([dice.getrandbits(30) << 2 | 3 for _ in range(200)])
    yield 'random code', lambda: bench.survives(noise(1))


def main():
    options = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(emulator(options), directory)
        cases = [*not_programs(bench), *going_wrong(bench), *damaged(bench)]
        return tap.run([case for case in cases if wanted(options, case[0])], options.jobs)


if __name__ == '__main__':
    sys.exit(main())
