-- Calls, tables, strings and floating point. The argument is the share of the usual work in percent.
local rounds = math.max(1, 30 * tonumber(arg[1]) // 100)

local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end

local sum, text = 0, {}
for round = 1, rounds do
  sum = sum + fib(19)
  local squares = {}
  for i = 1, 10000 do squares[i] = (i * 7919 + round) % 10007 end
  table.sort(squares)
  sum = sum + squares[5000]
  for i = 1, 2000 do text[i] = string.format('%d-%s', squares[i], ('x'):rep(i % 5)) end
  local joined = table.concat(text, ',')
  for digits in joined:gmatch('%d+') do sum = sum + #digits end
  local x = 0.0
  for i = 1, 20000 do x = x * 0.5 + i / 3 end
  sum = sum + math.floor(x)
end
print(sum)
