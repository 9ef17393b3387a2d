"""The command line: usage errors, help, and that the man page knows every option. Usage: test_options.py FERRY MANPAGE"""
import os
import re
import subprocess
import sys

ferry, man_page = sys.argv[1:3]
clean = {k: v for k, v in os.environ.items() if not k.startswith(("QEMU_", "FERRY_"))}
count = 0
failed = 0


def ok(good, description):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {description}")


def run(*arguments, **variables):
    return subprocess.run([ferry, *arguments], capture_output=True, text=True, env={**clean, **variables})


def fails(description, *arguments, status=1, says="", **variables):
    r = run(*arguments, **variables)
    one_line = r.stderr.startswith("ferry: ") and r.stderr.count("\n") == 1
    ok(r.returncode == status and one_line and says in r.stderr and not r.stdout, description)


help_text = run("--help").stdout
ok(run("--help").returncode == 0 and "Usage: ferry" in help_text, "--help")
ok(run("-h").stdout == help_text, "-h is --help")
ok(re.fullmatch(r"ferry \d+\.\d+\.\d+\n", run("-version").stdout) is not None, "-version")
man = open(man_page).read().replace("\\-", "-")
for option in re.findall(r"^  (--?\S+)", help_text, re.M):
    ok(re.search(re.escape(option) + r"\b", man) is not None, f"the man page has {option}")

fails("no program", says="no program to run")
fails("unknown option", "-bogus", "x", says="unknown option '-bogus'")
fails("a value is missing", "-L", says="needs a value")
fails("a value too many", "--no-chain=1", "x", says="takes no value")
fails("bad engine", "--engine=warp", "x", says="there is no engine 'warp'")
fails("bad engine in the environment", "x", FERRY_ENGINE="warp", says="there is no engine 'warp'")
fails("own variable wins", "x", FERRY_ENGINE="warp", QEMU_ENGINE="block", says="there is no engine 'warp'")
fails("bad log item", "-d", "bogus", "x", says="-d help")
fails("bad size", "-s", "12Q", "x", says="not a size")
fails("guest base", "-B", "0x1000", "x", says="can only be 0")
fails("bad variable", "-E", "novalue", "x", says="NAME=VALUE")
fails("log file cannot be opened", "-D", "/nonexistent/log", "x", says="cannot open '/nonexistent/log'")
fails("feature list", "--host-features", "avx", "x", says="begin with '-'")
fails("unknown feature", "--host-features", "-warp", "x", says="no feature 'warp'")
fails("program is missing", "/nonexistent/program", status=127, says="/nonexistent/program")
ok("in_asm" in run("-d", "help").stdout, "-d help")
ok("avx" in run("--host-features", "help").stdout.lower(), "--host-features help")
print(f"1..{count}")
sys.exit(failed != 0)
