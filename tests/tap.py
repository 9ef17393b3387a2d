"""Runs cases side by side and prints Test Anything Protocol, as tap.h does for tests in C.

A case is a function without arguments. It returns normally if all is well and raises Failure or Skip otherwise.
"""

import concurrent.futures
import os
import signal
import subprocess
import traceback
from dataclasses import dataclass


class Failure(Exception):
    """The reason may have several lines."""


class Skip(Exception):
    """The reason is part of the result."""


@dataclass
class Outcome:
    """What a program did. `status` is subprocess's: minus the signal number if it died by a signal; None: out of time."""
    stdout: bytes
    stderr: bytes
    status: int | None


def execute(command, directory=None, environment=None, stdin=b'', limit=60, merge=False):
    """Runs a command in a process group of its own, which is killed after `limit` seconds. `merge`: stderr goes to stdout."""
    process = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT if merge else subprocess.PIPE, start_new_session=True)
    try:
        stdout, stderr = process.communicate(stdin, timeout=limit)
        return Outcome(stdout, stderr or b'', process.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        return Outcome(stdout, stderr or b'', None)


def tail(data, lines=12):
    """The end of a program's output, fit to be read."""
    return '\n'.join(line[:200] for line in data.decode(errors='replace').splitlines()[-lines:])


def first_difference(expected, actual):
    """Describes where two outputs part, or returns None."""
    if expected == actual:
        return None
    left, right = expected.split(b'\n'), actual.split(b'\n')
    for number, (a, b) in enumerate(zip(left, right), 1):
        if a != b:
            return f'line {number}: expected {a[:200]!r}, got {b[:200]!r}'
    return f'expected {len(left)} lines, got {len(right)}'


def _judge(function):
    try:
        function()
    except Skip as skip:
        return True, f' # SKIP {skip}', ''
    except Failure as failure:
        return False, '', str(failure)
    except Exception:
        return False, '', traceback.format_exc()
    return True, '', ''


def run(cases, jobs=os.cpu_count()):
    """Runs (name, function) pairs, prints results in order as they come in, returns the exit status."""
    # A shell starts a background job with these ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = [(name, pool.submit(_judge, function)) for name, function in cases]
        for number, (name, future) in enumerate(pending, 1):
            good, directive, reason = future.result()
            failures += not good
            print(f'{"ok" if good else "not ok"} {number} - {name}{directive}')
            for line in reason.splitlines():
                print(f'#   {line}')
            print(end='', flush=True)
    print(f'1..{len(pending)}')
    return 1 if failures else 0
