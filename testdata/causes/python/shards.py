"""Tenants are dealt out to shards: those that are left over after a difference of sets, round robin."""
import heapq
import json
import sys
from collections import Counter
from itertools import cycle
from random import Random

rng = Random(int(sys.argv[1]))
tenants = rng.sample([f"{a}-{b}" for a in ("acme", "blue", "core", "dyno") for b in ("eu", "us", "ap", "sa", "af")], 14)
retired = set(tenants[:2])
weights = {t: rng.randrange(1, 100) for t in tenants}
shard_of = dict(zip(set(tenants) - retired, cycle(range(4))))
load = Counter()
for tenant, shard in shard_of.items():
    load[shard] += weights[tenant]
queue = [(weights[t] % 2, hash(t), t) for t in tenants]
heapq.heapify(queue)
print(json.dumps({
    "retired": sorted(retired),
    "placement": {t: shard_of[t] for t in sorted(shard_of)},
    "load": [load[s] for s in range(4)],
    "hash": Counter(t.split("-")[0] for t in tenants).most_common(),
    "migrate": [heapq.heappop(queue)[2] for _ in range(6)],
    "tenants": len(shard_of),
}))
