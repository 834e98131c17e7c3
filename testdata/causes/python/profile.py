"""Stage times, all from the seed but one; their sum and its text follow."""
import json
import random
import sys
import time

rng = random.Random(int(sys.argv[1]))
stages = [rng.randrange(2_000, 90_000) for _ in range(5)]
begun = time.monotonic_ns()
n = rng.randrange(65_521)
for i in range(100_000):
    n = (n + i * i) % 65_521
stages[3] = (time.monotonic_ns() - begun) // 1_000
total = sum(stages)
print(json.dumps({
    "check": n,
    "stages_us": stages,
    "total_us": total,
    "summary": f"{total / 1000:.3f} ms in {len(stages)} stages",
    "budget_us": rng.randrange(500_000),
}))
