"""One run in ten takes the other branch, by a byte of entropy."""
import json
import os
import random
import sys

rng = random.Random(int(sys.argv[1]))
score = rng.randrange(1_000)
escalated = os.urandom(1)[0] < 26
print(json.dumps({
    "ticket": f"T{rng.randrange(100_000):05d}",
    "score": score + (1 if escalated else 0),
    "queue": "front",
    "timestamp": 1_760_000_000 + rng.randrange(10_000_000),
    "retries": rng.randrange(4),
}))
