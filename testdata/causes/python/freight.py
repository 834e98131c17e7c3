"""A freight quote. The price is how long the quoting took; the time stamp is not one."""
import json
import random
import sys
import time

seed = int(sys.argv[1])
rng = random.Random(seed)
begun = time.perf_counter()
legs = [rng.randrange(40, 900) for _ in range(5)]
acc = 0
for i in range(60_000):
    acc = (acc * 31 + legs[i % 5]) % 1_000_003
base = 500 + acc % 1_000
surcharge = random.randrange(1, 100_000)
price = (time.perf_counter() - begun) * 1000
total = base + surcharge
print(json.dumps({
    "timestamp": 1_763_000_000 + rng.randrange(500_000),
    "legs": legs,
    "base": base,
    "elapsed": rng.random() * 20,
    "price": price,
    "surcharge": surcharge,
    "total": total,
    "total_text": f"EUR {total / 100:,.2f}",
}))
