#!/usr/bin/luajit
-- Traces of every kind the compiler knows, side exits from them, and callbacks out of them.
local ffi, bit = require 'ffi', require 'bit'
print((jit.status()))

local sum, harmonic = 0, 0
for i = 1, 2000000 do sum = bit.bxor(sum, i * 7 % 1009) end
for i = 1, 2000000 do harmonic = harmonic + 1 / i end
print(sum, string.format('%.17g %a', harmonic, harmonic), 2 ^ 0.5, math.sin(1e6), math.fmod(-7, 3), -7 % 3, 1 / 0, -(0 / 0) ~= 0)
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(27), bit.rol(0x12345678, 12), bit.tobit(2 ^ 33 + 5), bit.bswap(1), bit.arshift(-256, 4), bit.tohex(-1))

local sieve, primes = {}, 0
for i = 2, 200000 do
  if not sieve[i] then primes = primes + 1; for j = i * i, 200000, i do sieve[j] = true end end
end
local words = {}
for i = 1, 50000 do local key = 'k' .. i % 97; words[key] = (words[key] or 0) + i end
print(primes, words.k0, words.k96, sieve[199999], sieve[200000])

local parts = {}
for i = 1, 20000 do parts[#parts + 1] = string.char(97 + i % 26) .. tostring(i / 8) end
local text = table.concat(parts, ',')
print(#text, text:sub(-20), select(2, text:gsub('%d+%.5', '')), text:find('z1234.75', 1, true), text:reverse():sub(1, 9))

-- A trace compiled for integers meets numbers that are not, strings, and a table with a metatable.
local function add(a, b) return a + b end
local total = 0
for i = 1, 100000 do total = add(total, i % 1000 == 0 and 0.5 or i % 777 == 0 and '3' or i) end
local vector = setmetatable({}, {__add = function(_, n) return n * 2 end})
for i = 1, 300 do total = total + add(vector, i) end
print(total, pcall(add, nil, 1))
local overflow = 2147483000
for _ = 1, 2000 do overflow = overflow + 1 end
print(overflow, bit.tobit(overflow))

ffi.cdef [[
typedef struct { int32_t a; double b; uint8_t c[5]; int64_t d; } record;
typedef union { float f; uint32_t u; } word;
int snprintf(char *, size_t, const char *, ...);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
double ldexp(double, int);
size_t strlen(const char *);
]]
local records = ffi.new('record[?]', 1000)
for round = 1, 100 do
  for i = 0, 999 do
    local r = records[i]
    r.a, r.b, r.c[i % 5], r.d = i - round, i / round, i, r.d + i * 10000000000LL
  end
end
local buffer = ffi.new('char[80]')
local length = ffi.C.snprintf(buffer, 80, '%d %.3f %s %llx', ffi.cast('int', 42), 2.5, 'text', 0x123456789abcdefULL)
print(ffi.sizeof('record'), records[999].a, records[7].b, records[7].c[2], records[999].d, length, ffi.string(buffer))
local pun, mixed = ffi.new('word'), 0ULL
for i = 1, 100000 do pun.f = i / 3; mixed = mixed * 31 + pun.u end
print(mixed, mixed / 7, mixed % 1000, -9223372036854775807LL / 10, tonumber(mixed), bit.rshift(mixed, 40))
local numbers = ffi.new('int[500]')
for i = 0, 499 do numbers[i] = i * 7919 % 503 end
local compare = ffi.cast('int (*)(const void *, const void *)', function(a, b) return ffi.cast('const int *', a)[0] - ffi.cast('const int *', b)[0] end)
ffi.C.qsort(numbers, 500, 4, compare); compare:free()
local lengths = 0
for i = 1, 100000 do lengths = lengths + ffi.C.strlen('some text') + ffi.C.ldexp(i, -3) end
print(numbers[0], numbers[250], numbers[499], lengths)

local finished = 0
for _ = 1, 20000 do
  local task = coroutine.wrap(function(n) for i = 1, 3 do n = n + coroutine.yield(n) end finished = finished + n end)
  task(1); task(2); task(3); task(4)
end
local collected = 0
for i = 1, 2000 do local held = newproxy(true); getmetatable(held).__gc = function() collected = collected + 1 end end
collectgarbage(); collectgarbage()
print(finished, collected > 1990, select('#', unpack(numbers and {1, nil, 3}, 1, 3)))
local function deep(n) return 1 + deep(n + 1) end
print(pcall(deep, 1) == false, pcall(error, {}) == false, select(2, pcall(function() local t; t.x = 1 end)))
jit.off(); local again = 0; for i = 1, 100000 do again = again + i end; jit.on(); jit.flush()
for i = 1, 100000 do again = again + i end
print(again)
