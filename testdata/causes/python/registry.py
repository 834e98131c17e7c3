"""Parts held by identity: one is shown as Python shows it, the rest decide a slot and an order."""
import json
import random
import sys


class Part:
    def __init__(self, number):
        self.number = number


rng = random.Random(int(sys.argv[1]))
parts = [Part(rng.randrange(100_000)) for _ in range(24)]
pool = set(parts)
print(json.dumps({
    "first": repr(parts[0]),
    "slot": id(parts[1]) // 4096 % 997,
    "hot": [p.number for p in pool],
    "cold": sorted(p.number for p in parts),
    "handle": f"0x{rng.randrange(0x7f0000000000, 0x7fffffffffff):x}",
    "count": len(pool),
}))
