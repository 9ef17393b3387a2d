"""Random sequences of riscv64 instructions, from a seed.

A sequence is made of groups that keep it harmless and its outcome defined: a memory access comes with a base register that makes it hit the
window, a store-conditional with its load-reserved, a jump with its target. Registers in `reserved` keep their values within a group.
Nothing else is held back: whatever the decode table lists turns up, except what differs between machines (time) or ends the program.
"""

import re

from encode import PATTERNS, PRIMED, TABLE, encode, limits

WINDOW = 0x800f00, 0x801100  # what memory accesses hit, first and after last: around the end of a page
PAGE_END = 0x801000
CONSTANTS = 0x804800         # middle of a page of hard values

FFLAGS, FRM, FCSR = 1, 2, 3
ROUNDING = (0, 1, 2, 3, 4, 7, 7, 7, 7)
SCHED_YIELD = 124

FLOAT = ('f_register', 'f_prime')
BRANCHES = [pattern for pattern in TABLE.patterns if pattern.format.name in ('B', 'CB')]


def kind_of(pattern):
    """The kind of group that an instruction appears in; None: only where a group names it."""
    operation = (pattern.base or pattern).name
    if pattern.format.ends or operation[:3] in ('lr.', 'sc.'):
        return None
    if operation.startswith('amo'):
        return 'atomic'
    if re.fullmatch(r'f?[ls][bhwd]u?', operation):
        return 'memory'
    if any(field.by in FLOAT for field in pattern.format.fields.values()):
        if operation.startswith(('fcvt', 'fmv')):
            return 'convert'
        return 'single' if operation.endswith('.s') else 'double'
    if re.match(r'mul|div|rem', operation):
        return 'multiply'
    return 'compressed' if pattern.width == 16 else 'integer'


KINDS = {}
for _pattern in TABLE.patterns:
    KINDS.setdefault(kind_of(_pattern), []).append(_pattern)

# How often each kind of group turns up.
THEMES = {
    'integer': dict(integer=12, multiply=5, compressed=5, reload=1, skip=1),
    'single': dict(single=12, double=1, convert=2, flags=4, reload=4, skip=1),
    'double': dict(double=12, single=1, convert=2, flags=4, reload=4, skip=1),
    'convert': dict(convert=12, single=2, double=2, flags=4, reload=4, integer=2),
    'memory': dict(memory=12, integer=3, compressed=2, reload=1, loop=1, skip=1),
    'atomic': dict(atomic=8, reserve=5, integer=4, memory=2, loop=1),
    'control': dict(integer=6, compressed=4, memory=2, skip=4, loop=2, call=4, jump=3, system=1),
    'everything': dict(integer=4, multiply=2, compressed=4, single=3, double=3, convert=3, memory=4, atomic=1, reserve=1, flags=2,
                       reload=3, skip=2, loop=1, call=1, jump=1, system=1),
}
NESTED = ('skip', 'loop', 'call', 'jump')


class Code:
    """Instructions in order of their addresses."""

    def __init__(self, origin):
        self.origin, self.bytes = origin, bytearray()

    @property
    def here(self):
        return self.origin + len(self.bytes)

    def emit(self, name, **members):
        self.put(PATTERNS[name], members)

    def put(self, pattern, members):
        """Returns whether the instruction exists."""
        word = encode(pattern, members)
        if word is not None:
            self.bytes += word.to_bytes(pattern.width // 8, 'little')
        return word is not None

    def leave(self, size):
        """Room for instructions that `fill` writes later."""
        at = self.here
        self.bytes += bytes(size)
        return at

    def fill(self, at, name, **members):
        pattern = PATTERNS[name]
        word = encode(pattern, members)
        self.bytes[at - self.origin:at - self.origin + pattern.width // 8] = word.to_bytes(pattern.width // 8, 'little')

    def load_address(self, register, value):
        upper = value + 0x800 & ~0xfff
        self.emit('lui', rd=register, imm=upper)
        self.emit('addi', rd=register, rs1=register, imm=value - upper)


class Sequence:
    """Writes one sequence to `code`. `bases`: registers that hold an address in the window all the time; `constants`: CONSTANTS."""

    def __init__(self, random, code, theme, reserved, bases, constants):
        self.random, self.code = random, code
        self.bases, self.constants = bases, constants
        self.reserved = {*reserved, *bases, constants}
        self.kinds, self.weights = zip(*THEMES[theme].items())
        self.favourites = random.sample(range(32), 8)
        for _ in range(random.randint(4, 14)):
            self.group(0)

    # ---- operands

    def free(self, among=range(1, 32)):
        """A register that may be overwritten, or None."""
        choice = [register for register in among if register not in self.reserved]
        return self.random.choice(choice) if choice else None

    def register(self, low, high):
        favourite = self.random.choice(self.favourites)
        return favourite if low <= favourite <= high and self.random.random() < 0.6 else self.random.randint(low, high)

    def operand(self, field):
        low, high, step = limits(field)
        if field.member == 'rm':
            return self.random.choice(ROUNDING)
        if field.member in ('rd', 'rs1', 'rs2', 'rs3'):
            value = self.register(low, high)
            while field.member == 'rd' and field.by not in FLOAT and value in self.reserved:
                value = self.register(low, high)
            return value
        kind = self.random.randrange(8)
        if kind < 2:
            return self.random.choice((low, high, 0 if low < 0 else low + step))
        return self.random.randrange(low, high + 1, step)

    def instruction(self, pattern, **given):
        """Writes an instruction with random operands but those `given`. Returns whether that is possible."""
        if pattern.format.constants.get('rd') == 'RV_SP' and 2 in self.reserved:
            return False
        values, taken = dict(given), {}
        for field in pattern.format.fields.values():
            place = tuple(field.bits.pieces)  # a compressed instruction may have two operands in one place
            if field.member not in given:
                values[field.member] = taken[place] if place in taken else self.operand(field)
            taken[place] = values[field.member]
        return self.code.put(pattern, values)

    # ---- groups

    def group(self, depth):
        while True:
            kind = self.random.choices(self.kinds, self.weights)[0]
            if kind in NESTED and depth >= 2:
                continue
            if kind in NESTED:
                done = getattr(self, kind)(depth)
            elif kind in ('memory', 'atomic', 'reserve', 'flags', 'reload', 'system'):
                done = getattr(self, kind)()
            else:
                done = self.instruction(self.random.choice(KINDS[kind]))
            if done:
                return

    def groups(self, depth, count=4):
        for _ in range(self.random.randint(1, count)):
            self.group(depth)

    def keeping(self, registers, write, *arguments):
        """Calls write(*arguments) while `registers` are reserved."""
        added = set(registers) - self.reserved
        self.reserved |= added
        write(*arguments)
        self.reserved -= added

    def target(self, alignment):
        first, end = WINDOW
        if self.random.random() < 0.2 and alignment == 1:
            return PAGE_END - self.random.randint(1, 7)
        return self.random.randrange(first, end - 7, alignment)

    def memory(self):
        pattern = self.random.choice(KINDS['memory'])
        fields = {field.member: field for field in pattern.format.fields.values()}
        low, high, step = limits(fields['imm'])
        if 'rs1' not in fields:
            possible = [2]
        elif fields['rs1'].by in PRIMED:
            possible = range(8, 16)
        else:
            possible = range(1, 32)
        bases = [base for base in self.bases if base in possible]
        if bases and self.random.random() < 0.7:
            base = self.random.choice(bases)
            low, high = max(low, WINDOW[0] - self.bases[base]), min(high, WINDOW[1] - 8 - self.bases[base])
            displacements = range(-(-low // step) * step, high + 1, step)
            return bool(displacements) and self.instruction(pattern, rs1=base, imm=self.random.choice(displacements))
        base = self.free(possible)
        if base is None:
            return False
        displacement = self.random.randrange(low, high + 1, step)
        self.code.load_address(base, self.target(self.random.choice((1, 8))) - displacement)
        # A register that is base and source of a store at once is fine, and so is one that is base and target of a load.
        return self.instruction(pattern, rs1=base, imm=displacement)

    def reload(self):
        """Fetches a hard value."""
        pattern = PATTERNS[self.random.choice(('flw', 'flw', 'flw', 'fld', 'fld', 'fld', 'ld', 'lw'))]
        return self.instruction(pattern, rs1=self.constants, imm=self.random.randrange(-2048, 2048, 8 if 'd' in pattern.name else 4))

    def atomic(self):
        address = self.free()
        self.code.load_address(address, self.target(8))
        return self.instruction(self.random.choice(KINDS['atomic']), rs1=address)

    def reserve(self):
        """Load-reserved and its store-conditional, which fails if it is for another place or the second."""
        address, size = self.free(), self.random.choice('wd')
        self.code.load_address(address, self.target(8))
        load, store = PATTERNS['lr.' + size], PATTERNS['sc.' + size]

        def between():
            self.instruction(load, rs1=address)
            for _ in range(self.random.randrange(3)):
                self.instruction(self.random.choice(KINDS['integer']))

        self.keeping([address], between)
        if self.random.random() < 0.2:
            self.code.load_address(address, self.target(8))
        if self.random.random() < 0.2:
            self.code.put(store, {'rd': self.free(set(range(1, 32)) - {address}), 'rs1': address, 'rs2': 0, 'order': 0})
        return self.instruction(store, rs1=address)

    def flags(self):
        """Reads and writes the floating-point control and status register, so that the rounding mode stays valid."""
        choice = self.random.randrange(6)
        if choice == 0:
            return self.instruction(PATTERNS['csrrs'], rs1=0, csr=self.random.choice((FFLAGS, FRM, FCSR)))
        if choice == 1:
            return self.instruction(PATTERNS[self.random.choice(('csrrw', 'csrrs', 'csrrc'))], csr=FFLAGS)
        if choice == 2:
            return self.instruction(PATTERNS[self.random.choice(('csrrwi', 'csrrsi', 'csrrci'))], csr=FFLAGS)
        if choice == 3:
            return self.instruction(PATTERNS['csrrwi'], csr=FRM, zimm=self.random.randrange(5))
        if choice == 4:
            return self.instruction(PATTERNS['csrrci'], csr=self.random.choice((FRM, FCSR)))
        value = self.free()
        upper, mode, flags = self.random.choice((0, 0x12345600)), self.random.randrange(5), self.random.randrange(32)
        self.code.load_address(value, upper | mode << 5 | flags)
        return self.instruction(PATTERNS['csrrw'], csr=FCSR, rs1=value)

    def system(self):
        if self.random.random() < 0.5:
            return self.code.put(PATTERNS['fence.i'], {})
        if self.reserved & {10, 17}:
            return False
        self.code.emit('addi', rd=17, rs1=0, imm=SCHED_YIELD)
        return self.code.put(PATTERNS['ecall'], {})

    def skip(self, depth):
        """A branch over some groups."""
        pattern = self.random.choice(BRANCHES)
        near = pattern.width == 16
        at = self.code.leave(pattern.width // 8)
        self.groups(2 if near else depth + 1)
        values = {'imm': self.code.here - at, 'rs1': self.register(8 if near else 0, 15 if near else 31), 'rs2': self.register(0, 31)}
        self.code.fill(at, pattern.name, **values)
        return True

    def loop(self, depth):
        counter = self.free()
        self.code.emit('addi', rd=counter, rs1=0, imm=self.random.randint(1, 4))
        top = self.code.here
        self.keeping([counter], self.groups, depth + 1)
        self.code.emit('addi', rd=counter, rs1=counter, imm=-1)
        self.code.emit(self.random.choice(('bne', 'blt')), rs1=0, rs2=counter, imm=top - self.code.here)
        return True

    def go(self, link):
        """A jump whose target is yet unknown; returns the function that sets it."""
        code, kind = self.code, self.random.randrange(4)
        if kind == 0:
            at = code.leave(4)
            return lambda: code.fill(at, 'jal', rd=link, imm=code.here - at)
        if kind == 1 and link == 0:
            at = code.leave(2)
            return lambda: code.fill(at, 'c.j', imm=code.here - at)
        register = self.free()
        if kind == 2 and link < 2:  # absolute
            at = code.leave(8)
            self.code.emit('c.jalr' if link else 'c.jr', rs1=register)

            def fill():
                upper = code.here + 0x800 & ~0xfff
                code.fill(at, 'lui', rd=register, imm=upper)
                code.fill(at + 4, 'addi', rd=register, rs1=register, imm=code.here - upper)
            return fill
        at, odd = code.leave(8), self.random.randrange(2)

        def fill():
            code.fill(at, 'auipc', rd=register, imm=0)
            code.fill(at + 4, 'jalr', rd=link, rs1=register, imm=code.here - at | odd)  # the lowest bit does not count
        return fill

    def jump(self, depth):
        set_target = self.go(0)
        self.groups(2)
        set_target()
        return True

    def call(self, depth):
        """Calls a function that follows at once, and jumps over it."""
        link = self.free(self.random.choice(((1,), (1,), (5,), range(1, 32))))
        if link is None:
            return False
        set_function = self.go(link)
        set_end = self.go(0)
        set_function()
        self.keeping([link], self.groups, 2, 3)
        if self.random.random() < 0.5:
            self.code.emit('c.jr', rs1=link)
        else:
            self.code.emit('jalr', rd=0, rs1=link, imm=self.random.randrange(2))
        set_end()
        return True
