#!/usr/bin/ruby
# A large interpreter that copies machine stacks for its fibers and scans them for what may be pointers.
require 'json'; require 'set'; require 'digest'; require 'zlib'
require 'socket'; require 'stringio'; require 'timeout'; require 'tempfile'; require 'fiddle'; require 'open3'

def fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
p fib(22), 2**200 % (10**20 + 39), -7 / 2, -7 % 3, 7.fdiv(2), 1e308 * 10, 0.1 + 0.2, 10**25 / 3, Math.sqrt(2), Math.gamma(5.5), 3.7 % -1.2, 1.0.next_float, 12345.6789.round(-2), Rational(3, 6), Complex(1, 2)**3, 255.to_s(2), Integer.sqrt(10**30), 10.pow(100, 97), 1 <=> 2.5, 2**62, 2**30 - 1, -(2**31), 1 << 40 >> 39
p (1..1000).lazy.select(&:even?).map { _1 ** 2 }.reject { |x| x % 3 == 0 }.first(5), %w[b a c].sort_by { -_1.ord }, [3, 1, 2].each_slice(2).to_a, (1..6).each_cons(3).sum { |a| a.inject(:*) }, [1, [2, [3]]].flatten.permutation(2).count
words = Hash.new(0); "the quick brown fox the lazy dog the end".split.each { words[_1.to_sym] += 1 }; p words, words.min_by { |k, v| [-v, k] }
p "héllo wörld".scan(/\w[öé]?/).size, "2024-02-29"[/(\d+)-(?<m>\d+)/] ? $~ : nil, "aXbX".gsub(/x/i) { |m| m.ord.to_s }, "%08.3f|%x|%+d|%-5s|%e" % [3.14159, 255, 5, "ab", 12345.678], "abc".unpack("C*"), [1, 2.5, "x"].pack("nGa3").bytes, "ß".upcase, "abc".succ, "x".encode("UTF-16LE").bytes, "日本".force_encoding("BINARY").size
case {name: "x", list: [1, 2, {deep: 3.5}]}
in {name: String => n, list: [Integer, *, {deep: Float => d}]} then p n, d
end
Point = Struct.new(:x, :y) { def +(o) = Point.new(x + o.x, y + o.y) }
p Point.new(1, 2) + Point.new(3, 4.5), Point.new(1, 2).hash == Point.new(1, 2).hash, Set[1, 2] ^ Set[2, 3], JSON.parse(JSON.generate({"a" => [1, 2.5, nil, "é"]})), Marshal.load(Marshal.dump([1, :s, 2.5, 10**30]))
p Digest::SHA256.hexdigest("x" * 100000), Digest::MD5.hexdigest("ruby"), Zlib.crc32("crc"), Zlib.inflate(Zlib.deflate("z" * 50000)).size

def deep(n) = deep(n + 1) + 1
begin; deep(0); rescue SystemStackError; puts "too deep"; end
p [-> { 1 / 0 }, -> { nil.foo }, -> { Integer("x") }, -> { [].fetch(3) }, -> { raise "own" }, -> { :a.frozen? && "x".freeze << "y" }].map { |f| f.call rescue $!.class }
p catch(:out) { 10.times { |i| throw :out, i if i == 7 }; 0 }, begin; Timeout.timeout(0.05) { sleep }; rescue Timeout::Error; :late; ensure; print "ensured "; end

squares = Enumerator.new { |y| n = 0; loop { y << n * n; n += 1 } }
p squares.take(8), squares.next, squares.next, 2000.times.sum { |i| f = Fiber.new { |x| Fiber.yield(x + i); i }; f.resume(1) + f.resume }
total, lock = 0, Mutex.new
8.times.map { Thread.new { 500.times { lock.synchronize { total += 1 }; Thread.pass } } }.each(&:join); p total
queue = Queue.new; consumer = Thread.new { sum = 0; while (x = queue.pop) do sum += x end; sum }; 1000.times { queue << _1 }; queue << nil; p consumer.value
Warning[:experimental] = false; p 3.times.map { |i| Ractor.new(i) { |n| (1..20000).sum { _1 * n } } }.map(&:take)

GC.stress = true; s = (1..20).map { |i| "object #{i}" * 3 }.join.size; GC.stress = false; p s
100000.times { |i| [i, i.to_s, {i => nil}] }; GC.start; GC.compact if GC.respond_to?(:compact); p ObjectSpace.each_object(Class).count > 100, ObjectSpace::WeakMap.new.size
p Class.new { define_method(:m) { |a, *r, k: 1, **o, &b| [a, r, k, o, b&.call] }; def method_missing(n, *) = n }.new.then { [_1.m(1, 2, k: 3, z: 4) { 5 }, _1.unknown] }, eval("[1,2,3].sum { |x| x * 2 }"), binding.local_variables.size > 3, RubyVM::InstructionSequence.compile("1 + 1").eval

p Fiddle::Function.new(Fiddle.dlopen(nil)["ldexp"], [Fiddle::TYPE_DOUBLE, Fiddle::TYPE_INT], Fiddle::TYPE_DOUBLE).call(0.75, 4)
block = Class.new(Fiddle::Closure) { def call(a, b) = Fiddle::Pointer.new(a)[0, 4].unpack1("l") <=> Fiddle::Pointer.new(b)[0, 4].unpack1("l") }.new(Fiddle::TYPE_INT, [Fiddle::TYPE_VOIDP, Fiddle::TYPE_VOIDP])
data = Fiddle::Pointer[[5, -3, 9, 0].pack("l*")]; Fiddle::Function.new(Fiddle.dlopen(nil)["qsort"], [Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_VOIDP], Fiddle::TYPE_VOID).call(data, 4, 4, block); p data[0, 16].unpack("l*")
server = TCPServer.new("127.0.0.1", 0); echo = Thread.new { c = server.accept; c.write(c.gets.upcase); c.close }; TCPSocket.open("127.0.0.1", server.addr[1]) { _1.puts("over the wire"); p _1.read }; echo.join
r, w = IO.pipe; pid = fork { r.close; w.write "child #{fib(15)}"; exit! 9 }; w.close; p r.read, Process.wait2(pid)[1].exitstatus, `echo shell`, Open3.capture2("sort -r", stdin_data: "a\nb\n")[0]
trap("USR1") { print "caught " }; Process.kill(:USR1, $$); sleep 0.01; Tempfile.create { |f| f << "x" * 5000; f.flush; p File.size(f.path) }
at_exit { puts "leaving" }; exit 4
