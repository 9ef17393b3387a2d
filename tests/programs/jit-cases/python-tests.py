#!/usr/bin/python3
"""Those of Python's own tests that take little time and depend on nothing but the processor and the kernel."""
import contextlib, io, sys, unittest, warnings
from test import support

MODULES = '''array builtin cmath codecs collections complex coroutines ctypes dict enum float fractions functools generators itertools json long
marshal math memoryview mmap pow re set strtod struct zlib'''.split()

support.use_resources = {}  # neither the network nor much time
warnings.simplefilter('ignore')
for name in sys.argv[1:] or MODULES:
    result = unittest.TestResult()
    with contextlib.redirect_stdout(io.StringIO()):
        unittest.defaultTestLoader.loadTestsFromName(f'test.test_{name}').run(result)
    wrong = dict(result.failures + result.errors)
    print(name, result.testsRun, len(result.skipped), *sorted(map(str, wrong)))
    print(*wrong.values(), sep='\n', end='', file=sys.stderr)
