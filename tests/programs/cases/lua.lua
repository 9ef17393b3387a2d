#!/usr/bin/lua5.4
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
print(fib(22), 7 // 2, -7 // 2, 7 % -3, 7.5 // 2, 2 ^ 10, 10 / 2, 1 << 62, ~0, 0xff ~ 0x0f, math.maxinteger + 1 == math.mininteger, 3 | 4, math.type(1), math.type(1.0))
print(string.format("%5.2f|%d|%s|%x|%q|%g|%e|%10s|%-5s|%a", 3.14159, 42, "text", 255, 'q"\n', 1e20, 1.5, "r", "l", 0.5), #"hello", ("x"):rep(5, ","))
print(0.1 + 0.2, 1e15, 1e16, 2 ^ 53, 1 / 0, -1 / 0, math.pi, 100 // 1e-1, 5 // 0.0, -5 % math.huge, 1e308 * 10, math.floor(-3.5), math.tointeger(3.0), 3 == 3.0)
local t = {}; for i = 1, 200 do t[i] = (i * 7919) % 211 end; table.sort(t); print(table.concat(t, " ", 1, 20), #t); table.sort(t, function(a, b) return a > b end); print(t[1], select("#", table.unpack(t)))
local words = {}; for w in ("the quick brown fox the lazy dog the end"):gmatch("%a+") do words[w] = (words[w] or 0) + 1 end; local keys = {}; for k in pairs(words) do keys[#keys + 1] = k end; table.sort(keys); for _, k in ipairs(keys) do io.write(k, "=", words[k], " ") end; print()
print(("hello world"):gsub("o", "0"), ("key = value"):match("(%w+)%s*=%s*(%w+)"), ("abc"):byte(1, -1), ("%d"):format(3), ("x,y,z"):find(",", 1, true), ("test"):upper():reverse())
local Account = {}; Account.__index = Account; Account.__add = function(a, b) return setmetatable({n = a.n + b.n}, Account) end; Account.__tostring = function(a) return "account " .. a.n end; Account.__lt = function(a, b) return a.n < b.n end
local a, b = setmetatable({n = 3}, Account), setmetatable({n = 4}, Account); print(tostring(a + b), a < b)
local co = coroutine.wrap(function() for i = 1, 5 do local x = coroutine.yield(i * i); if x then io.write("got ", x, " ") end end return "end" end); for i = 1, 6 do io.write(tostring(co(i)), " ") end; print()
print(pcall(error, {code = 2}), select(2, pcall(function() local x = nil; return x.y end)), xpcall(function() error("deep") end, function(m) return "handled: " .. m:gsub(".*:", "") end))
local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end; print(depth(10000), (pcall(function() local function f() return 1 + f() end return f() end)))
local n, mt = 0, {__gc = function() n = n + 1 end}; for i = 1, 100 do setmetatable({}, mt) end; collectgarbage(); collectgarbage(); print(n, utf8.char(228, 8364), utf8.len("äöü"), string.pack("<i4d", 7, 1.5):byte(1, -1))
local f = assert(io.open("out", "w")); for i = 1, 100 do f:write(i, "\n") end; f:close(); local s = 0; for l in io.lines("out", "n") do s = s + l end; print(s, os.rename("out", "out2"), os.remove("out2")); local p = io.popen("echo popen; exit 3"); print(p:read("a"), p:close()); print(os.date("!%Y-%m-%d", 0), os.getenv("HOME"), load("return 1 + 1")())
goto done; print("never"); ::done:: os.exit(7)
