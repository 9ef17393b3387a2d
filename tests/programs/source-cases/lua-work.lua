#!/usr/bin/lua5.4
-- Tables, strings, closures, coroutines and floating point, long enough to be translated and optimised.
local function sieve(n) local p, c = {}, 0; for i = 2, n do p[i] = true end; for i = 2, n do if p[i] then c = c + 1; for j = i * i, n, i do p[j] = false end end end; return c end
print(sieve(100000))
local function queens(n) local count, cols, d1, d2 = 0, {}, {}, {}
    local function place(r) if r > n then count = count + 1 return end
        for c = 1, n do if not (cols[c] or d1[r + c] or d2[r - c]) then cols[c], d1[r + c], d2[r - c] = true, true, true; place(r + 1); cols[c], d1[r + c], d2[r - c] = nil, nil, nil end end end
    place(1); return count end
print(queens(7))
local bodies = {}; for i = 1, 5 do bodies[i] = { x = i * 1.1, y = i * i * 0.3, z = -i * 0.7, vx = 0.01 * i, vy = -0.02 * i, vz = 0.005 * i, m = 1 / i } end
for step = 1, 1500 do
    for i = 1, #bodies do local a = bodies[i]; for j = i + 1, #bodies do local b = bodies[j]
        local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z; local d = dx * dx + dy * dy + dz * dz; local f = 0.001 / (d * math.sqrt(d))
        a.vx = a.vx - dx * b.m * f; a.vy = a.vy - dy * b.m * f; a.vz = a.vz - dz * b.m * f; b.vx = b.vx + dx * a.m * f; b.vy = b.vy + dy * a.m * f; b.vz = b.vz + dz * a.m * f end end
    for _, b in ipairs(bodies) do b.x = b.x + 0.001 * b.vx; b.y = b.y + 0.001 * b.vy; b.z = b.z + 0.001 * b.vz end
end
for _, b in ipairs(bodies) do print(string.format("%.17g %.17g %.17g", b.x, b.y, b.z)) end
local s = {}; for i = 1, 4000 do s[#s + 1] = string.format("%d:%x:%s", i, i * 2654435761 % 4294967296, ("%g"):format(i / 7)) end
local text = table.concat(s, ","); print(#text, select(2, text:gsub("%d+", function(d) return #d end)), text:find("3fff", 1, true), text:reverse():sub(1, 20))
local hash = 0; for i = 1, #text do hash = (hash * 31 + text:byte(i)) & 0xffffffffffff end; print(hash, hash >> 13, hash // 7, hash % 1000003, hash / 3, math.ult(hash, -1))
local function permutations(a, n) n = n or #a; if n <= 1 then coroutine.yield(a) else for i = 1, n do a[n], a[i] = a[i], a[n]; permutations(a, n - 1); a[n], a[i] = a[i], a[n] end end end
local count, sum = 0, 0; for p in coroutine.wrap(function() permutations { 1, 2, 3, 4, 5, 6 } end) do count = count + 1; sum = (sum * 7 + p[1] * p[6]) % 1000003 end; print(count, sum)
local weak = setmetatable({}, { __mode = "k" }); for i = 1, 20000 do weak[{}] = i end; collectgarbage(); local left = 0; for _ in pairs(weak) do left = left + 1 end; print(left)
for _, x in ipairs { 0.1, 1e300, -1e-300, 123456789.123, 2 ^ 53, 1 / 3, 1e15, 1e16, -0.0, 5e-324 } do print(x, ("%a"):format(x), ("%.3f"):format(x % 7), math.tointeger(x), x // 1, math.fmod(x, 3)) end
