"""Builds what rows run: NAME from NAME.c, NAME.VARIANT from the same with a variant's options; and preprocessed programs as input for a compiler."""

import pathlib
import re
import subprocess

SOURCES = pathlib.Path(__file__).resolve().parent
# Contracting multiply and add is a choice of the compiler: a guest that has the instruction would print other numbers.
OPTIONS = ['-O2', '-ffp-contract=off', '-static']
VARIANTS = {'': [], '.sse': ['-msse2', '-mfpmath=sse']}


def is_old(result, source):
    inputs = [source, *SOURCES.glob('*.h'), pathlib.Path(__file__)]
    return not result.exists() or any(file.stat().st_mtime > result.stat().st_mtime for file in inputs)


def named(rows, pattern):
    """What the words of the rows' commands say in the pattern's group."""
    return sorted({found[1] for row in rows for word in row.command if (found := re.fullmatch(pattern, word))})


def build(folder, compilers, rows):
    """`compilers`: by name of the folder below `folder` that their programs go to."""
    for where, compiler in compilers.items():
        (folder / where).mkdir(parents=True, exist_ok=True)
        for name in named(rows, r'(?:{program:)?\./([^}]+)}?'):
            program = folder / where / name
            source = SOURCES / (program.stem + '.c')
            if is_old(program, source):
                subprocess.run([compiler, *OPTIONS, *VARIANTS[program.suffix], '-o', program, source, '-lm'], check=True)
    for name in named(rows, r'{cc1:(.+)}'):
        result, source = folder / (name + '.i'), SOURCES / (name + '.c')
        if is_old(result, source):
            subprocess.run(['gcc', '-E', source, '-o', result], check=True)
