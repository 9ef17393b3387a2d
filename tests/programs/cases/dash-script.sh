#!/bin/dash
i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i
set -- a b c; shift; echo "$# $*"
f() { return 4; }; f || echo $?
cat <<END | tr a-z A-Z
here document $i $(echo nested)
END
trap 'echo term' TERM; kill -TERM $$
v=$(printf '%s ' 1 2 3); echo "[$v]"
IFS=:; for p in a:b:c; do echo "$p"; done
test -d / -a ! -f / && echo directory
ulimit -n >/dev/null; umask 027; umask
exit 2
