#!/usr/bin/python3
"""The language and the libraries written in C below it; no other process."""
import collections, dataclasses, datetime, decimal, fractions, functools, hashlib, itertools, json, math, random, re, statistics, struct, sys, zlib, bz2, lzma
import array, base64, binascii, bisect, cmath, copy, csv, enum, heapq, io, operator, pickle, string, textwrap, unicodedata, uuid, sqlite3

data = {'name': 'ferry', 'list': [1, 2.5, None, True, 'ü€'], 'nested': {'a': {'b': [{}]}}, 'big': 2**70, 'tiny': 5e-324, 'e': 1e22}
text = json.dumps(data, sort_keys=True, indent=1); print(text, json.loads(text) == data)
blob = bytes(i * 7919 % 251 for i in range(100000))
for name in sorted(hashlib.algorithms_guaranteed - {'shake_128', 'shake_256'}): print(name, hashlib.new(name, blob).hexdigest())
print(hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 1000).hex(), hashlib.shake_128(blob).hexdigest(16))
for module in zlib, bz2, lzma: packed = module.compress(blob); print(module.__name__, len(packed) < len(blob), zlib.crc32(packed), module.decompress(packed) == blob)
print(zlib.crc32(blob), zlib.adler32(blob), binascii.crc_hqx(blob, 0), base64.b85encode(blob[:20]))
decimal.getcontext().prec = 60
print(decimal.Decimal(2).sqrt(), decimal.Decimal(1) / 7, decimal.Decimal('1e-7').ln(), decimal.Decimal(3) ** decimal.Decimal('0.5'), fractions.Fraction(355, 113) + fractions.Fraction(1, 3))
print(math.factorial(60), 3**200 % 1000007, pow(3, -1, 1000007), math.gcd(2**64, 6**40), math.isqrt(10**50), -7 // 2, -7 % 3, divmod(-7, 2), 1 << 100, ~5, 0xff ^ 0x0f)
for f in math.sin, math.exp, math.gamma, math.erf, math.log1p, math.tanh, math.asin, math.expm1: print(f.__name__, repr(f(0.7)), f(0.1).hex())
print(repr(0.1 + 0.2), 1e308 * 10, round(2.5), round(-3.5), math.fsum([0.1] * 10), float.fromhex('0x1.8p-3'), 5e-324 / 2, math.nextafter(1, 2), math.fma(0.1, 10, -1) if hasattr(math, 'fma') else '', cmath.exp(1j))
print(f'{3.14159:.3f} {42:08b} {255:#x} {1e10:e} {1234567:,} {"x":>5} {0.000123:g} {1/3!r:.10} {2**0.5:%}', '%s %r %05d' % ('a', 'b', 7))
random.seed(7); print(random.random(), random.randint(1, 10**20), random.sample(range(100), 5), random.gauss(0, 1), statistics.stdev([1, 2, 3, 4]))
print(re.findall(r'(\w+)@(\w+)\.com', 'a@b.com, cc@dd.com'), re.sub(r'(?P<x>\d+)', lambda m: str(int(m['x']) * 2), 'a1b22'), re.split(r'[,;]\s*', 'a, b;c'), re.match(r'(a+)+$', 'a' * 20 + 'b'))
print(sorted(collections.Counter('mississippi').items()), list(itertools.permutations('abc'))[3], functools.reduce(operator.mul, range(1, 15)), heapq.nsmallest(3, [5, 1, 4, 2]), bisect.bisect([1, 3, 5], 4))
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: float = 0.5
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
class Colour(enum.Enum): RED = 1; GREEN = 2
print(Point(1) + Point(2, 3), Point(1) < Point(2), Colour(2), Colour['RED'], pickle.loads(pickle.dumps(Point(3))), copy.deepcopy({'a': [1]}))
def numbers():
    received = yield 1
    yield from (received * i for i in range(3))
g = numbers(); print(next(g), g.send(5), list(g), [x * y for x in range(3) for y in 'ab'], {k: v for v, k in enumerate('abc')}, {3, 1, 2} & {1, 2})
try: {}['missing']
except KeyError as e: print(repr(e), e.__class__.__mro__[1].__name__)
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(900))
try: deep(10**6)
except RecursionError as e: print('recursion', e.__class__.__name__)
match {'kind': 'point', 'at': [1, 2]}:
    case {'kind': 'point', 'at': [x, y]}: print('matched', x, y)
print(struct.pack('<Ihd3s', 1, -2, 3.5, b'abc').hex(), array.array('d', [1.5, 2]).tobytes().hex(), int.from_bytes(b'\x01\x02', 'big'), unicodedata.name('ü'), 'straße'.upper(), 'İ'.lower().encode())
print(datetime.datetime(2024, 2, 29, 12) + datetime.timedelta(days=365, seconds=1), datetime.date(2026, 11, 20).isocalendar(), uuid.uuid5(uuid.NAMESPACE_DNS, 'x.org'), textwrap.fill('word ' * 12, 30))
base = sqlite3.connect(':memory:'); base.execute('create table t(a integer, b text)'); base.executemany('insert into t values(?, ?)', [(i, str(i * i)) for i in range(1000)])
print(base.execute('select count(*), sum(a), max(b), avg(a) from t where a % 7 = 3').fetchall())
sieve = bytearray([1]) * 20000
for i in range(2, 142):
    if sieve[i]: sieve[i * i::i] = bytes(len(sieve[i * i::i]))
print(sum(sieve) - 2, sum(i * i for i in range(100000)), sum(1 / i for i in range(1, 50000)))
sys.exit(9)
