#!/bin/bash
m4 <<'M4'
define(`fact', `ifelse($1, 0, 1, `eval($1 * fact(decr($1)))')')fact(12)
define(`forloop', `pushdef(`$1', `$2')_forloop($@)popdef(`$1')')define(`_forloop', `$4`'ifelse($1, `$3', `', `define(`$1', incr($1))$0($@)')')forloop(`i', 1, 20, `i*i=eval(i * i) ')
translit(hello, a-z, A-Z) len(hello) substr(hello, 1, 3) index(hello, ll) regexp(foobar, `o+', `<\&>') patsubst(a.b.c, `\.', -) format(%05d|%x, 42, 255) eval(2 ** 20) esyscmd(echo system) syscmd(exit 3) sysval
divert(1)second
divert(0)first
undivert(1)changequote([, ])define([x], [y])x [x]
M4
cat > Makefile <<'MAKE'
objects := $(patsubst %,%.o,a b c d e f)
all: total; @cat total
total: $(objects); @cat $^ > $@
Makefile: ;
%.o: ; @echo made $* > $@
define recipe
generated-$(1): ; @echo rule $(1) $$(words a b c) $(shell echo shell) $(sort c b a b) $(foreach x,1 2,$(x)$(x)) $(if $(filter x,$(1)),yes,no)
endef
$(foreach n,x y,$(eval $(call recipe,$(n))))
recursive: ; @$(MAKE) --no-print-directory -s generated-x
fail: ; @exit 3
MAKE
make; make -j4 -B | sort; make -n -B total | wc -l; make generated-x generated-y recursive; make fail 2>/dev/null; echo $?; make -k fail all 2>/dev/null; echo $?; make -q; echo $?
