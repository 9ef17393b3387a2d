#!/bin/bash
sqlite3 base.db <<'SQL'
create table item(id integer primary key, name text, price real, kind integer references kind(id));
create table kind(id integer primary key, name text unique);
insert into kind(name) values ('tool'), ('toy'), ('food');
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
insert into item(name, price, kind) select printf('item%05d', i * 7919 % 5003), (i * 31 % 997) / 7.0, i % 3 + 1 from n;
create index by_name on item(name); create index by_price on item(price);
select k.name, count(*), round(avg(price), 6), min(i.name), max(price) from item i join kind k on k.id = i.kind group by k.id having count(*) > 10 order by 3;
select name, price from item where name between 'item00100' and 'item00120' order by price desc limit 5;
explain query plan select * from item where name = 'x';
begin; update item set price = price * 1.1 where kind = 2; savepoint s; delete from item; rollback to s; commit;
select total(price), sum(id), group_concat(distinct kind) from item;
select name, price, rank() over (partition by kind order by price desc) r, lag(price) over (order by id) from item order by r, id limit 6;
select json_extract('{"a":[1,2,{"b":"deep"}]}', '$.a[2].b'), json_group_array(name) from kind; select value from json_each('[1,2.5,"x"]');
select hex(randomblob(4)) <> '', upper('abc'), substr('hello', 2, 3), replace('aXbX', 'X', '-'), 7 / 2, 7 % 3, 7 / 2.0, 1e308 * 10, cast('12abc' as integer), abs(-9223372036854775807), 9223372036854775807 + 1;
select date('2024-02-29', '+1 year'), strftime('%j %W', '2026-11-20'), julianday('2000-01-01'), sin(1), pow(2, 0.5), ln(10), typeof(1), typeof(1.0), 0.1 + 0.2, 'a' like 'A', glob('a*', 'abc');
create virtual table doc using fts5(body); insert into doc values ('the quick brown fox'), ('lazy dogs sleep'), ('quick dogs run'); select body from doc where doc match 'quick AND dogs'; select rank is not null, highlight(doc, 0, '<', '>') from doc('quick') order by rank;
create trigger log after insert on kind begin insert into kind_log values (new.name); end; create table kind_log(name); insert into kind(name) values ('new'); select * from kind_log; pragma integrity_check; vacuum; pragma page_count;
insert into kind(name) values ('toy');
SQL
echo "status $?"; sqlite3 -csv -header base.db 'select * from item limit 3'; sqlite3 base.db .schema '.mode insert' 'select id, name, kind from item' | cksum; sqlite3 base.db 'select * from missing'; echo $?
