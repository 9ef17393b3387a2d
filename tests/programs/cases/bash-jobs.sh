#!/bin/bash
# Background jobs, wait, kill, traps: signals between processes.
trap 'echo caught usr1' USR1
trap 'echo leaving $?' EXIT
kill -USR1 $$
(sleep 0.05; kill -USR1 $$) & wait $!; echo "wait $?"
sleep 100 & sleeper=$!; sleep 0.2; kill $sleeper; wait $sleeper; echo "terminated $?"
sleep 100 & sleeper=$!; sleep 0.2; kill -KILL $sleeper; wait $sleeper 2>/dev/null; echo "killed $?"
(kill -SEGV $BASHPID); echo "segv $?"
(kill -ABRT $BASHPID) 2>/dev/null; echo "abort $?"
(trap 'echo child int; exit 9' INT; kill -INT $BASHPID; sleep 1); echo "child $?"
(trap '' TERM; kill -TERM $BASHPID; echo survived)
for i in 1 2 3 4 5 6; do (exit $i) & pids[i]=$!; done
for i in 6 5 4 3 2 1; do wait ${pids[i]}; echo -n "$? "; done; echo
(kill -STOP $BASHPID; echo continued) & p=$!; sleep 0.1; kill -CONT $p; wait $p; echo "stopped and continued $?"
timeout 0.1 sleep 10; echo "timeout $?"
missing-command 2>/dev/null; echo "missing $?"
/dev/null 2>/dev/null; echo "not executable $?"
exit 5
