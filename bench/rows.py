"""The rows of the benchmark: what is run, and how a row is judged."""

from dataclasses import dataclass

INTEGER, PACKAGE, START = 'integer', 'package', 'start-up'
FLOAT, X87, SSE = 'FP', 'x87', 'SSE' # a guest that has two floating-point units has rows for each
FLOATS = (FLOAT, X87, SSE)
OWN = (INTEGER, *FLOATS) # programs of this folder


@dataclass
class Row:
    """`command`: the program, ./NAME for one of ours, otherwise a path under the root of packages; then its arguments, in which
    {percent} stands for the share of the usual work, {bench} for this folder, {text:N} for a file of N bytes of Python source (of a share
    of it), {program:X} for the command that starts the program X, and {cc1:X} for a preprocessed X.
    `repeat`: how often it runs for one sample. `guests`: which have it."""
    name: str
    kind: str
    command: list
    repeat: int = 1
    guests: tuple = ('riscv64', 'powerpc', 'i386')


# There are no integers of 128 bits where registers have 32. Only i386 sees code that it writes without asking.
ONLY = {'muldiv': ('riscv64',), 'jit': ('i386',)}


def own(kind, names, guests=Row.guests, variant=''):
    """`variant`: of the program, see build.py."""
    title = f' ({kind})' if variant else ''
    return [Row(name + title, kind, ['./' + name + variant, '{percent}'], guests=ONLY.get(name, guests)) for name in names]


INTEGERS = ['collatz', 'fib', 'queens', 'virtual', 'vm-switch', 'vm-goto', 'states', 'branches', 'muldiv', 'sieve', 'chase', 'dijkstra', 'hash',
            'sort', 'strings', 'blocks', 'jit', 'crc32', 'sha256', 'aes', 'lz']
FLOATING = ['nbody', 'mandelbrot', 'matmul', 'spectral', 'filter', 'mathlib']

SQL = '''
create table item(id integer primary key, name text, price real, shelf integer);
insert into item with recursive n(i) as (select 1 union all select i + 1 from n where i < 600 * {percent})
    select i, 'item ' || (i * 7919 % 10007), i * 0.25, i % 97 from n;
create index by_name on item(name);
select shelf, count(*), sum(price), max(name) from item where name like '%7%' group by shelf order by 3 desc limit 5;
select count(*) from item a join item b on a.name = b.name and a.id < b.id;
update item set price = price * 2 where shelf in (select shelf from item where id % 11 = 3);
select sum(price), avg(length(name)) from item;
'''

ROWS = [
    *own(INTEGER, INTEGERS),
    # What horner is about is no instruction of i386; the C library finds a younger processor's.
    *own(FLOAT, [*FLOATING, 'horner'], guests=('riscv64', 'powerpc')),
    *own(X87, FLOATING, guests=('i386',)),
    *own(SSE, FLOATING, guests=('i386',), variant='.sse'),

    Row('lua',     PACKAGE, ['usr/bin/lua5.4', '{bench}/work.lua', '{percent}']),
    Row('python',  PACKAGE, ['usr/bin/python3', '-I', '-S', '{bench}/work.py', '{percent}'], guests=('riscv64', 'i386')),
    Row('perl',    PACKAGE, ['usr/bin/perl', '{bench}/work.pl', '{percent}', '{text:2500000}'], guests=('riscv64',)), # natively it finds no modules but its own machine's
    Row('gawk',    PACKAGE, ['usr/bin/gawk', '-f', '{bench}/work.awk', '{text:2500000}']),
    Row('bash',    PACKAGE, ['usr/bin/bash', '{bench}/work.sh', '{percent}']),
    Row('sqlite3', PACKAGE, ['usr/bin/sqlite3', ':memory:', SQL]),
    Row('xz',      PACKAGE, ['usr/bin/xz', '-T1', '-4', '-c', '{text:1000000}']),
    Row('zstd',    PACKAGE, ['usr/bin/zstd', '-q', '--single-thread', '-9', '-c', '{text:4000000}'], guests=('riscv64', 'i386')),
    Row('bzip2',   PACKAGE, ['usr/bin/bzip2', '-c', '{text:2000000}'], guests=('riscv64', 'i386')),
    Row('openssl', PACKAGE, ['usr/bin/openssl', 'dgst', '-r', '-sha256', '{text:40000000}'], guests=('riscv64', 'i386')),
    Row('cc1',     PACKAGE, ['usr/libexec/gcc/*/14/cc1', '-quiet', '-O2', '-fpreprocessed', '-o', '/dev/null', '{cc1:states}'], guests=('riscv64', 'i386')),

    Row('static true',     START, ['./true'], repeat=20),
    Row('dynamic true',    START, ['usr/bin/true'], repeat=20, guests=('riscv64', 'i386')),
    Row('python3 -c pass', START, ['usr/bin/python3', '-c', 'pass'], repeat=4, guests=('riscv64', 'i386')),
    Row('300 fork, exec',  START, ['./spawn', '300', '{program:./true}']),
    Row('300 subshells',   START, ['usr/bin/bash', '-c', 'for ((i = 0; i < 300; i++)); do (:); done; echo $i']),
]

# Rows that the evaluator of the IR can do in a reasonable time.
FEW = ['collatz', 'fib', 'crc32', 'nbody']
