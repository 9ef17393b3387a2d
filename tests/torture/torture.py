#!/usr/bin/env python3
"""Runs GCC's C torture suite (gcc.c-torture/execute), compiled by the cross compiler at -O2. A program is right if it exits with 0.

The suite's own directives say which options a program needs and where it does not apply. Compiled programs are kept in --programs.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from emulator import GUESTS, HOST_RUNS, emulator, parser, wanted
import tap

# What dg-require-effective-target may ask for and none of the guests has.
LACKING = {'dfp': 'no decimal floating point'}

# Options that the suite's .exp files give to all programs of a folder.
FOLDER_OPTIONS = {
    'execute': [],
    'ieee': ['-fno-inline'],
    'builtins': ['-fno-tree-dse', '-fno-tree-loop-distribute-patterns', '-fno-tracer', '-fno-ipa-ra', '-fno-inline-functions'],
}

# Guests that have more than one way to compute: options, and what a program that may notice has in its text.
VARIANTS = {'i386': {'sse': (['-O3', '-msse4.2', '-mfpmath=sse'], re.compile('float|double|[Cc]omplex|vector_size'))}}

DIRECTIVE = re.compile(r'\{ *dg-([a-z-]+) +(.*?) *\} *(?:\*/|$)', re.MULTILINE)
OPTIONS = re.compile(r'\{? *"([^"]*)" *\}? *(.*)')
X_OPTIONS = re.compile(r'^(?:lappend|set) additional_flags (.*)', re.MULTILINE)


def applies(target):
    """Whether a directive's target selector includes the guests, which the suite nowhere names."""
    return not target or 'fpic' in target


def options_of(source):
    """The options a program is compiled with, -O2 first. Raises Skip if it is not for this target."""
    result = ['-O2', '-w', '-static', *FOLDER_OPTIONS[source.parent.name]]
    for name, argument in DIRECTIVE.findall(source.read_text(errors='replace')):
        if name == 'require-effective-target' and argument in LACKING:
            raise tap.Skip(LACKING[argument])
        if name == 'skip-if' and '{ ! { i?86-*-* x86_64-*-* } }' in argument:
            raise tap.Skip('only for x86')
        if name in ('options', 'additional-options'):
            words, target = OPTIONS.match(argument).groups()
            if applies(target):
                result += shlex.split(words)
    script = source.with_suffix('.x')
    if script.exists():
        for words in X_OPTIONS.findall(script.read_text()):
            result += shlex.split(words)
    return result


def sources_of(source):
    if source.parent.name == 'builtins':
        return [source, source.with_name(source.stem + '-lib.c'), source.parent / 'lib/main.c']
    return [source]


def compile_with(compiler, source, output, more=()):
    """Compiles a program; returns the compiler's complaint or None."""
    command = [compiler, *options_of(source), *more, '-o', output, *sources_of(source), '-lm']
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=source.parent)
    return done.stderr if done.returncode else None


def fails_natively(source, program, guest):
    """Whether the program is wrong here even without an emulator; the host runs the guest's own if it can."""
    if guest in HOST_RUNS:
        try:
            return tap.execute([program], limit=60).status != 0
        except OSError: # the host was told not to
            return False
    native = program.with_name(f'{program.name}.native-{os.getpid()}')
    try:
        return compile_with('gcc', source, native) is not None or tap.execute([native], limit=60).status != 0
    finally:
        native.unlink(missing_ok=True)


def judge(source, program, prefix, name, guest, more=()):
    options_of(source)
    rejected = program.with_name(program.name + '.rejected')
    if rejected.exists():
        raise tap.Skip('the cross compiler rejects it')
    if not program.exists():
        fresh = program.with_name(f'{program.name}.{os.getpid()}')
        complaint = compile_with(prefix + 'gcc', source, fresh, more)
        if complaint is not None:
            rejected.write_text(complaint)
            raise tap.Skip('the cross compiler rejects it')
        fresh.rename(program)
    outcome = tap.execute(guest + [program], limit=60)
    if outcome.status == 0:
        return
    if fails_natively(source, program, name):
        raise tap.Skip('fails natively, too')
    reason = 'runs out of time' if outcome.status is None else f'exit status {outcome.status}'
    raise tap.Failure(f'{reason}\n{tap.tail(outcome.stderr)}')


def variants_of(source, guest):
    for name, (more, pattern) in VARIANTS.get(guest, {}).items():
        if pattern.search(source.read_text(errors='replace')):
            yield name, more


def main():
    options = parser(__doc__)
    options.add_argument('--suite', type=pathlib.Path, required=True, help='the folder gcc.c-torture/execute')
    options.add_argument('--programs', type=pathlib.Path, required=True, help='where compiled programs are kept')
    options = options.parse_args()
    guest = emulator(options)
    cases = []
    for folder in FOLDER_OPTIONS:
        place = options.suite if folder == 'execute' else options.suite / folder
        (options.programs / folder).mkdir(parents=True, exist_ok=True)
        for source in sorted(place.glob('*.c')):
            name = f'{folder}/{source.stem}'
            program = options.programs / f'{name}.{options.guest}'
            if wanted(options, name) and not source.stem.endswith('-lib'):
                prefix = GUESTS[options.guest][0]
                cases.append((name, lambda source=source, program=program: judge(source, program, prefix, options.guest, guest)))
                for variant, more in variants_of(source, options.guest):
                    other = options.programs / f'{name}.{options.guest}-{variant}'
                    cases.append((f'{name} ({variant})', lambda source=source, program=other, more=more:
                                  judge(source, program, prefix, options.guest, guest, more)))
    return tap.run(cases, options.jobs)


if __name__ == '__main__':
    sys.exit(main())
