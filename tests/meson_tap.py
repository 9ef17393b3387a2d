#!/usr/bin/env python3
"""Runs `meson test` in a build folder and prints the results of all its tests as one TAP stream."""

import json
import pathlib
import re
import subprocess
import sys

RESULT = re.compile(r'(ok|not ok)\b *\d* *-? *(.*)')


def main():
    folder = pathlib.Path(sys.argv[1])
    log = folder / 'meson-logs/testlog.json'
    log.unlink(missing_ok=True)
    subprocess.run(['meson', 'test', '-C', folder, *sys.argv[2:]], stdout=subprocess.DEVNULL)
    results = []
    for test in map(json.loads, log.read_text().splitlines()):
        name = test['name'].split(' / ')[-1]
        found = [match.groups() for match in map(RESULT.fullmatch, test.get('stdout', '').splitlines()) if match]
        results += [(result, f'{name}: {text}', '') for result, text in found]
        if test['result'] != 'OK' and not any(result == 'not ok' for result, _ in found):
            results.append(('not ok', f'{name}: {test["result"]}, status {test["returncode"]}', test.get('stderr', '')))
    for number, (result, text, details) in enumerate(results, 1):
        print(f'{result} {number} - {text}')
        for line in details.splitlines()[-20:]:
            print(f'#   {line}')
    print(f'1..{len(results)}')


if __name__ == '__main__':
    sys.exit(main())
