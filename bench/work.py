# Objects, dictionaries, json, strings, big integers. The argument is the share of the usual work in percent.
import json
import sys

rounds = max(1, 25 * int(sys.argv[1]) // 100)


class Account:
    def __init__(self, name):
        self.name, self.balance = name, 0

    def add(self, amount):
        self.balance += amount
        return self


accounts = {f'account {i}': Account(f'account {i}') for i in range(500)}
total = 0
for round in range(rounds):
    for i in range(8000):
        accounts[f'account {i * 7919 % 500}'].add(i % 13)
    text = json.dumps([{'name': a.name, 'balance': a.balance, 'half': a.balance / 2} for a in accounts.values()])
    total += sum(record['balance'] for record in json.loads(text))
    total += len(sorted(text.split(), key=lambda word: word[::-1]))
    total += pow(3, 2000 + round, 10**60) % 1000
print(total)
