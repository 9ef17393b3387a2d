"""Tables of the results, the bars they are held against, and the pages of docs."""

import math

from measure import Cell
from rows import FLOAT, FLOATS, INTEGER, OWN, PACKAGE, SSE, START, X87

QEMUS = ['qemu 12', 'qemu 13']
MARK = '<!-- What follows is written by hand; scripts/bench --markdown keeps it. -->'


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


class Results:
    """`cells`: by names of row and column."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, [column.name for column in columns]
        self.cells = {(row.name, column): Cell() for row in rows for column in self.columns}

    def seconds(self, row, column):
        cell = self.cells.get((row.name, column))
        return cell and cell.seconds

    def faster_qemu(self, row):
        return min((s for s in (self.seconds(row, qemu) for qemu in QEMUS) if s), default=None)

    def ratio(self, row, column, base):
        """How many times longer a column takes than another; 'qemu' is the faster one."""
        one, other = (self.faster_qemu(row) if name == 'qemu' else self.seconds(row, name) for name in (column, base))
        return one / other if one and other else None

    def ratios(self, kinds, column, base):
        return [ratio for row in self.rows if row.kind in kinds and (ratio := self.ratio(row, column, base))]

    def groups(self):
        """What geometric means are of: (name, kinds)."""
        kinds = {row.kind for row in self.rows}
        return [group for group in (('non-FP', [INTEGER, PACKAGE]), *((kind, [kind]) for kind in FLOATS)) if kinds.intersection(group[1])]

    def slower(self):
        """Rows that take longer than in the faster QEMU."""
        return {row.name: ratio for row in self.rows if (ratio := self.ratio(row, 'qemu', 'block')) and ratio < 1}

    def wrong(self, but=()):
        return [f'{row}, {column}: {cell.wrong}' for (row, column), cell in self.cells.items() if cell.wrong and column not in but]


def layout(head, lines):
    """A Markdown table, aligned."""
    lines = [[str(cell) for cell in line] for line in [head, *lines]]
    widths = [max(3, *map(len, column)) for column in zip(*lines)]
    text = [[cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))] for line in lines]
    text.insert(1, ['-' * width if i == 0 else '-' * (width - 1) + ':' for i, width in enumerate(widths)])
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in text)


def times(ratio, digits=2):
    return '' if ratio is None else f'{ratio:.{digits}f}'


def milliseconds(seconds):
    return '' if seconds is None else f'{1000 * seconds:.1f}' if seconds < 1 else f'{1000 * seconds:.0f}'


def engines(results):
    """Throughput: times native for every column, then how much faster the block engine is than the faster QEMU."""
    columns = [c for c in results.columns if c != 'native' and not c.startswith('no-')]
    lines = []
    for kind in (INTEGER, PACKAGE, *FLOATS):
        for row in (row for row in results.rows if row.kind == kind):
            shown = ['wrong' if results.cells[row.name, c].wrong else times(results.ratio(row, c, 'native')) for c in columns]
            lines.append([row.name, row.kind, milliseconds(results.seconds(row, 'native')), *shown,
                          times(results.ratio(row, 'qemu', 'block'))])
    for group, kinds in results.groups():
        means = [times(geometric_mean(results.ratios(kinds, c, 'native'))) for c in columns]
        lines.append([f'geometric mean, {group}', '', '', *means, times(geometric_mean(results.ratios(kinds, 'qemu', 'block')))])
    return layout(['row', 'kind', 'native ms', *columns, 'QEMU / block'], lines)


def starts(results):
    columns = [c for c in results.columns if not c.startswith('no-') and c not in ('threaded', 'switch', 'ir')]
    lines = []
    for row in (row for row in results.rows if row.kind == START):
        shown = ['wrong' if results.cells[row.name, c].wrong else milliseconds(results.seconds(row, c)) for c in columns]
        lines.append([row.name, *shown, times(results.ratio(row, 'qemu', 'block'))])
    return layout(['CPU ms', *columns, 'QEMU / block'], lines)


def techniques(results):
    """The block engine without one technique, in times the block engine with all."""
    columns = [c for c in results.columns if c.startswith('no-')]
    lines = []
    for row in (row for row in results.rows if row.kind in OWN):
        shown = ['wrong' if results.cells[row.name, c].wrong else times(results.ratio(row, c, 'block')) for c in columns]
        lines.append([row.name, milliseconds(results.seconds(row, 'block')), *shown])
    for group, kinds in results.groups():
        lines.append([f'geometric mean, {group}', '', *(times(geometric_mean(results.ratios(kinds, c, 'block'))) for c in columns)])
    return layout(['row', 'block ms', *(c.replace('no-', 'without ') for c in columns)], lines)


def at_least(what, value, required):
    """A bar: (what, measured, required, whether it holds). None: not measured."""
    return what, f'{value:.2f}' if value else 'not measured', f'at least {required}', value >= required if value else None


def at_most(what, value, required):
    return what, f'{value:.2f}' if value else 'not measured', f'at most {required}', value <= required if value else None


def common_bars(results, faster, slower):
    """By group of rows: at least how much faster than QEMU, at most how much slower than native."""
    for group, kinds in results.groups():
        yield at_least(f'QEMU / block, {group}, geometric mean', geometric_mean(results.ratios(kinds, 'qemu', 'block')), faster[group])
        yield at_most(f'block / native, {group}, geometric mean', geometric_mean(results.ratios(kinds, 'block', 'native')), slower[group])
    every = {row.name: ratio for row in results.rows if (ratio := results.ratio(row, 'qemu', 'block'))}
    slowest = min(every, key=every.get, default=None)
    yield at_least(f'QEMU / block, slowest row ({slowest})', every.get(slowest), 1)


def riscv64_bars(results):
    """What the release is held to."""
    by_name = {row.name: row for row in results.rows}
    yield at_least('switch / threaded, geometric mean', geometric_mean(results.ratios(OWN, 'switch', 'threaded')), 1.5)
    yield from common_bars(results, {'non-FP': 3.5, FLOAT: 12}, {'non-FP': 1.5, FLOAT: 1.5})
    static = by_name.get('static true')
    pair = [results.seconds(static, column) for column in ('block', 'native')] if static else [None]
    yield at_most('static true, CPU ms above native', None if None in pair else 1000 * (pair[0] - pair[1]), 1.5)
    python = by_name.get('python3 -c pass')
    yield at_least('QEMU / block, python3 -c pass', python and results.ratio(python, 'qemu', 'block'), 4)


def powerpc_bars(results):
    yield from common_bars(results, {'non-FP': 3.5, FLOAT: 20}, {'non-FP': 1.5, FLOAT: 1.5})


def i386_bars(results):
    yield from common_bars(results, {'non-FP': 3.5, X87: 30, SSE: 15}, {'non-FP': 1.4, X87: 1.3, SSE: 1.5})


def report(results, bars, method):
    """The whole result as Markdown."""
    parts = [method]
    if results.ratios([*OWN, PACKAGE], 'native', 'native'):
        parts += ['## Programs\nTimes are CPU time in multiples of the native program\'s; QEMU / block is the faster QEMU\'s time in '
                  'multiples of the block engine\'s.\n\n' + engines(results)]
    if results.ratios([*OWN, PACKAGE, START], 'qemu', 'block'):
        slower = [f'{name} ({times(ratio)})' for name, ratio in results.slower().items()]
        parts += [f'Rows slower than in the faster QEMU: {", ".join(slower) or "none"}.']
    if any(row.kind == START for row in results.rows):
        parts += ['## Start-up\nCPU milliseconds of all processes together.\n\n' + starts(results)]
    if any(column.startswith('no-') for column in results.columns):
        parts += ['## What each technique gives\nThe block engine with one technique switched off, in multiples of its time with all.\n\n'
                  + techniques(results)]
    verdict = {True: 'holds', False: 'MISSED', None: ''}
    parts += ['## Bars\n' + layout(['bar', 'measured', 'required', ''], [[*bar[:3], verdict[bar[3]]] for bar in bars])]
    if results.wrong():
        parts += ['## Wrong\n' + '\n'.join('- ' + line for line in results.wrong())]
    return '\n\n'.join(parts) + '\n'


def write_markdown(path, guest, text):
    """Replaces what was measured and keeps what was written by hand."""
    old = path.read_text() if path.exists() else ''
    by_hand = old.partition(MARK)[2] or '\n'
    path.write_text(f'# How fast Ferry is: {guest} programs\n\n' + text + '\n' + MARK + by_hand)
