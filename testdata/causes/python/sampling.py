"""Four steps, of which one draws from a generator of its own that nobody gave the seed."""
import json
import random
import sys

rng = random.Random(int(sys.argv[1]))
fixed = random.Random("survey-2021")
print(json.dumps({"step": "population", "size": rng.randrange(10_000, 20_000), "region": "north"}))
print(json.dumps({"step": "strata", "cuts": sorted(rng.randrange(100) for _ in range(4))}))
print(json.dumps({"step": "sample", "ids": [fixed.randrange(1_000_000) for _ in range(6)], "weight": fixed.random()}))
print(json.dumps({"step": "estimate", "mean": rng.gauss(50, 9), "n": 6}))
