"""What the runners in the folders here share: how a guest program and its native counterpart are started, and the options that say so."""

import argparse
import os
import pathlib
import shlex

TOP = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache') / 'ferry'
GUEST_ROOT = CACHE / 'root-riscv64'

# Prefix of the cross compiler's commands, and what a dynamic program finds its libraries below.
GUESTS = {
    'riscv64': ('riscv64-linux-gnu-', GUEST_ROOT),
    'powerpc': ('powerpc-linux-gnu-', pathlib.Path('/usr/powerpc-linux-gnu')),
    'i386': ('i686-linux-gnu-', CACHE / 'root-i386'),
}
HOST_RUNS = {'i386'}  # guests whose programs the host's processor runs, too
NATIVE_ROOT = CACHE / 'root-amd64'

# Nothing of the user's environment reaches a test program.
ENVIRONMENT = {'PATH': '/usr/bin:/bin:/usr/sbin:/sbin', 'HOME': '/root', 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC'}


def parser(description):
    """Command line common to all runners."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument('--emulator', default=str(TOP / 'build/ferry'), help='command, default build/ferry')
    result.add_argument('--engine', help="one of Ferry's engines, else its default")
    result.add_argument('--guest', choices=GUESTS, default='riscv64')
    result.add_argument('-j', '--jobs', type=int, default=os.cpu_count())
    result.add_argument('names', nargs='*', help='only cases whose name contains one of these')
    return result


def wanted(options, name):
    return not options.names or any(part in name for part in options.names)


def emulator(options):
    """The command that a guest program and its arguments are appended to."""
    command = shlex.split(options.emulator)
    # Programs run in directories of their own.
    if '/' in command[0]:
        command[0] = str(pathlib.Path(command[0]).absolute())
    if options.engine:
        command.append(f'--engine={options.engine}')
    return command + ['-L', str(getattr(options, 'root', None) or GUESTS[options.guest][1])]
