#!/bin/bash
# A server with background threads, a Lua engine, a child that saves while its parent changes memory, and many clients at once.
redis() { redis-cli -s "$PWD/socket" "$@"; }
redis-server --port 0 --unixsocket "$PWD/socket" --dir "$PWD" --save '' --io-threads 2 >log 2>&1 &
server=$!
until redis ping 2>/dev/null; do sleep 0.05; kill -0 $server || { cat log; exit 1; }; done

redis mset a 1 b 2.5 c text
redis incrbyfloat b 0.1; redis incr a; redis append c ' and more'; redis getrange c 2 8; redis bitcount c; redis setbit bits 1000 1; redis strlen bits
redis rpush list $(seq 100) >/dev/null; redis lrange list 95 -1; redis lpos list 50; redis sort list desc limit 0 3; redis linsert list before 3 x; redis lrem list 0 x
redis zadd scores 1.5 one 2.25 two -inf least 1e300 most; redis zrangebyscore scores -inf 2 withscores; redis zrank scores most; redis zincrby scores 0.75 two
redis hset hash f1 v1 f2 10; redis hincrbyfloat hash f2 1e-3; redis hgetall hash; redis sadd set 3 1 2 3; redis sinter set set | sort
redis geoadd places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania; redis geodist places Palermo Catania km; redis geohash places Palermo
redis pfadd log $(seq 1000) >/dev/null; redis pfcount log; redis xadd stream 5-1 k v; redis xrange stream - +; redis set gone 1 px 1 >/dev/null; sleep 0.05; redis get gone
redis eval 'local s = 0; for i = 1, 200000 do s = s + i % 7 end; redis.call("set", KEYS[1], s); return {s, redis.call("get", KEYS[1]), tostring(0.1), cjson.encode({1, "x"}), redis.sha1hex("a")}' 1 sum
redis --eval /dev/stdin <<<'return cmsgpack.unpack(cmsgpack.pack({1.5, "s"}))[1] * 2 .. struct.pack(">I2", 258)' | od -An -c
redis --pipe < <(for i in {1..3000}; do echo "set key:$i value-$((i * i))"; done) | tail -n 1
redis <<<$'multi\nincr a\nget key:77\nexec'; redis object encoding list; redis object encoding a

# What comes of the benchmark, not how fast.
redis-benchmark -s "$PWD/socket" -q -n 2000 -c 20 -P 4 -t incr,lpush,sadd,hset,mset,xadd >/dev/null; echo "benchmark $?"
redis get counter:__rand_int__; redis llen mylist; redis strlen key:__rand_int__
redis-benchmark -s "$PWD/socket" -q -n 1000 -c 10 --threads 2 incr threads >/dev/null; redis get threads
redis-cli -s "$PWD/socket" subscribe news >heard & until [ "$(redis pubsub numsub news | tail -n 1)" = 1 ]; do sleep 0.02; done; redis publish news hello
until grep -q hello heard; do sleep 0.02; done; kill $!; cat heard

redis bgsave >/dev/null; redis mset key:1 changed key:2 changed
until [ "$(redis info persistence | tr -d '\r' | sed -n 's/^rdb_bgsave_in_progress://p')" = 0 ]; do sleep 0.02; done
redis-check-rdb dump.rdb | grep -oE 'keys read|looks OK|[0-9]+ expires'
redis dbsize; redis flushall async; redis dbsize
redis shutdown nosave; wait $server; echo "server $?"
