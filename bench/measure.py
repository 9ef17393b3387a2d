"""Runs programs and counts the CPU time of them and all their descendants."""

import os
import pathlib
import signal
import statistics
import tempfile
import threading
from dataclasses import dataclass, field

from emulator import GUEST_ROOT, HOST_RUNS

LIMIT = 300 # seconds for one run


class Failure(Exception):
    pass


def run(command, environment):
    """Runs a command; returns (CPU seconds of the tree, standard output). The tree is what was waited for, as rusage has it."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr, open(os.devnull) as stdin:
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), number) for number, file in enumerate((stdin, stdout, stderr))]
        # Not fork: this interpreter's pages would be copied at the program's expense.
        process = os.posix_spawn(command[0], command, environment, file_actions=actions, setpgroup=0)
        timer = threading.Timer(LIMIT, os.killpg, (process, signal.SIGKILL))
        timer.start()
        try:
            status, usage = os.wait4(process, 0)[1:]
        finally:
            timer.cancel()
        stdout.seek(0)
        stderr.seek(0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            lines = stderr.read().decode(errors='replace').splitlines() or ['']
            raise Failure(f'exit status {code}: {lines[-1][:200]}')
        return usage.ru_utime + usage.ru_stime, stdout.read()


@dataclass
class Cell:
    """A row in a column: samples in CPU seconds of the usual work, or what went wrong."""
    samples: list = field(default_factory=list)
    wrong: str = ''

    @property
    def seconds(self):
        return None if self.wrong or not self.samples else statistics.median(self.samples)


class Bench:
    """Knows how a row becomes a command in a column, and what it must print."""

    def __init__(self, programs, guest, reference, environment):
        self.programs, self.guest, self.roots = programs, guest.name, {True: guest.native_root, False: guest.root}
        self.native = guest.name if guest.name in HOST_RUNS else 'native'
        self.reference = reference
        self.environment = environment
        self.expected = {}

    def text(self, size):
        """A file of real text: a Python library, cut or repeated to `size` bytes."""
        path = self.programs / f'text-{size}'
        if not path.exists():
            library = sorted((GUEST_ROOT / 'usr/lib/python3.13').glob('*.py'))
            data = b''.join(file.read_bytes() for file in library)
            path.write_bytes((data * (size // len(data) + 1))[:size])
        return str(path)

    def program(self, column, name):
        """The words that start a program in a column."""
        if name.startswith('./'):
            return column.prefix + [str(self.programs / (self.native if column.native else self.guest) / name[2:])]
        root = self.roots[column.native]
        path = next(iter(sorted(root.glob(name))), None)
        if path is None:
            raise Failure(f'{name} is not in {root}')
        if not column.native:
            return column.prefix + ['-L', str(root), str(path)]
        loader = next(root.glob('usr/lib/*/ld-linux*.so.2'), None)
        if not loader:
            return [str(path)] # static
        # The loader of the root takes the root's libraries, whatever the machine has.
        return [str(loader), '--library-path', str(loader.parent), '--argv0', str(path), str(path)]

    def command(self, row, column, percent):
        words = self.program(column, row.command[0])
        for argument in row.command[1:]:
            kind, _, value = argument.strip('{}').partition(':')
            if argument.startswith('{text:'):
                words.append(self.text(int(value) * percent // 100))
            elif argument.startswith('{program:'):
                # QEMU does not start programs for its guest unless the machine is set up for it.
                words += self.program(column, value) if not column.reenters else self.program(column, value)[len(column.prefix):]
            elif argument.startswith('{cc1:'):
                words.append(str(self.programs / (value + '.i')))
            elif '{' in argument:
                words.append(argument.format(percent=percent, bench=pathlib.Path(__file__).resolve().parent))
            else:
                words.append(argument)
        return words

    def sample(self, cell, row, column, percent):
        """Adds a sample to a cell. The program in the reference column says what is right."""
        if cell.wrong:
            return
        share = max(1, percent * column.percent // 100)
        try:
            key = row.name, share
            if key not in self.expected:
                self.expected[key] = run(self.command(row, self.reference, share), self.environment)[1]
            command = self.command(row, column, share)
            seconds = 0
            for _ in range(row.repeat):
                spent, output = run(command, self.environment)
                seconds += spent
                if output != self.expected[key] and not (column.native and not self.reference.native):
                    raise Failure(f'prints something else than {self.reference.name}')
            cell.samples.append(seconds / row.repeat * percent / share)
        except (Failure, OSError) as problem:
            cell.wrong = str(problem)


@dataclass
class Column:
    """`percent`: of the row's work, for slow engines. `few`: only a few rows. `static`: only programs of our own. `first`: only packages and
    start-up. `keeps`: a run leaves something for later ones; the first does not count."""
    name: str
    prefix: list = field(default_factory=list)
    native: bool = False
    reenters: bool = False
    percent: int = 100
    few: bool = False
    first: bool = False
    static: bool = False
    keeps: bool = False


NATIVE = Column('native', native=True)
