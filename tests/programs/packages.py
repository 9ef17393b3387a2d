#!/usr/bin/env python3
"""Runs each script in a folder, cases/ if no other, with Debian's riscv64 programs and with the amd64 builds of the same packages, or with the programs of two
other roots (scripts/source-roots).

A case's first line names its interpreter, as for the kernel; that is the program under test, with all that it starts. Standard output and
exit status must be equal. The script runs in an empty directory.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from emulator import ENVIRONMENT, GUEST_ROOT, NATIVE_ROOT, TOP, emulator, parser, wanted
import tap

# Gives a root directory /dev and /proc, then goes there.
ENTER = 'mount --rbind /dev "$0/dev" && mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"'


def native_prefix(root):
    """A command that runs programs with that root directory, or None if nothing here may do that."""
    mounting = ['sh', '-c', ENTER, str(root)]
    for prefix in (['unshare', '--mount'] + mounting, ['unshare', '--map-root-user', '--mount'] + mounting,
                   ['chroot', str(root)]):
        if subprocess.run(prefix + ['true'], env=ENVIRONMENT, capture_output=True).returncode == 0:
            return prefix
    return None


def interpreter(case):
    """The words of a script's #! line."""
    with open(case) as text:
        line = text.readline()
    assert line.startswith('#!/'), f'{case}: no interpreter'
    return line[2:].split(None, 1)


def compare(case, native, guest, root, directories):
    program, *argument = (word.strip() for word in interpreter(case))
    for directory in directories:
        shutil.copy(case, directory)
    expected = tap.execute(native + ['/bin/sh', '-c', 'cd "$0" && exec "$@"', '/tmp/' + directories[0].name, program] + argument + [case.name],
                           environment=ENVIRONMENT, limit=60)
    if expected.status is None:
        raise tap.Failure('the native program runs out of time')
    if not expected.stdout or (expected.status and b'not found' in expected.stderr):
        raise tap.Failure('native: ' + tap.tail(expected.stderr))
    actual = tap.execute(guest + [str(root) + program] + argument + [case.name],
                         directory=directories[1], environment=ENVIRONMENT, limit=120)
    if actual.status is None:
        raise tap.Failure('runs out of time\n' + tap.tail(actual.stderr))
    difference = tap.first_difference(expected.stdout, actual.stdout)
    if difference:
        raise tap.Failure(f'{difference}\n{tap.tail(actual.stderr)}')
    if expected.status != actual.status:
        raise tap.Failure(f'exit status {actual.status}, expected {expected.status}\n{tap.tail(actual.stderr)}')


def main():
    options = parser(__doc__)
    options.add_argument('--root', type=pathlib.Path, default=GUEST_ROOT, help="the guest's programs, default Debian's for riscv64")
    options.add_argument('--reference-root', type=pathlib.Path, default=NATIVE_ROOT, help='the same for this machine')
    options.add_argument('--cases', type=pathlib.Path, default=TOP / 'tests/programs/cases')
    options = options.parse_args()
    native, guest = native_prefix(options.reference_root), emulator(options)

    def judge(case):
        if native is None:
            raise tap.Skip('neither root nor user namespaces: the native programs cannot run')
        scratch = [root / 'tmp' for root in (options.reference_root, options.root)]
        with tempfile.TemporaryDirectory(dir=scratch[0]) as a, tempfile.TemporaryDirectory(dir=scratch[1]) as b:
            compare(case, native, guest, options.root, [pathlib.Path(a), pathlib.Path(b)])

    cases = [case for case in sorted(options.cases.iterdir()) if wanted(options, case.name)]
    return tap.run([(case.name, lambda case=case: judge(case)) for case in cases], options.jobs)


if __name__ == '__main__':
    sys.exit(main())
