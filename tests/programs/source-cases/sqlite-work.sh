#!/bin/bash
# A database through memory, files, joins, sorting on disk, transactions of two processes.
sqlite3 work.db <<'SQL'
pragma journal_mode = wal; pragma page_size;
create table t1(a integer primary key, b integer, c text);
create table t2(a integer, b real, c blob);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
insert into t1 select i, (i * 7919) % 10007, 'text ' || ((i * 31) % 1009) from n;
insert into t2 select b, a / 7.0, zeroblob(a % 50) from t1 where a % 3 = 0;
create index t1b on t1(b); create unique index t1c on t1(c, a);
select count(*), sum(b), avg(b), min(c), max(c) from t1 where b between 1000 and 3000;
select t1.a, t2.b from t1 join t2 on t1.b = t2.a order by t2.b desc limit 5;
select c, count(*) n from t1 group by c having n > 2 order by n desc, c limit 5;
update t1 set c = c || '!' where a % 10 = 0; delete from t1 where b % 7 = 0;
select count(*), total(length(c)) from t1; select sum(length(c)) from t2;
create virtual table box using rtree(id, x0, x1, y0, y1);
insert into box select a, b % 100, b % 100 + 1.5, a % 90, a % 90 + 2 from t1;
select count(*) from box where x0 >= 10 and x1 <= 30 and y0 > 5;
select round(sin(b) + exp(b / 10000.0) + sqrt(b), 9) from t1 order by b limit 4;
pragma integrity_check;
SQL
sqlite3 work.db 'begin; insert into t1 values(100000, 1, "one")' 'select count(*) from t1 where a = 100000' 'rollback' & wait
sqlite3 work.db 'select count(*) from t1 where a = 100000' '.dump t1' | cksum
for i in 1 2 3; do sqlite3 work.db ".timeout 20000" "insert into t2(a) values($i * 1000000)" & done; wait
sqlite3 work.db 'select count(*), sum(a) from t2 where a >= 1000000' '.schema' '.mode json' 'select * from t1 limit 2' '.mode box' 'select * from t1 limit 1'
sqlite3 :memory: 'select 1' 'syntax error here' 2>&1; echo "status $?"
