"""A tag index in four steps: buckets by hash(), an order of a set, a digest of that order."""
import hashlib
import json
import random
import sys

rng = random.Random(int(sys.argv[1]))
words = [f"{rng.choice(['red', 'blue', 'old', 'new', 'raw'])}-{rng.randrange(10_000)}" for _ in range(12)]
print(json.dumps({"step": "read", "words": words}))
print(json.dumps({"step": "shard", "shard": hash(words[0]) % 1024, "length": len("".join(words))}))
order = list(set(words))
print(json.dumps({"step": "index", "sorted": order, "count": len(order)}))
print(json.dumps({"step": "seal", "digest": hashlib.sha256("\n".join(order).encode()).hexdigest(),
                  "members": hashlib.sha256("\n".join(sorted(order)).encode()).hexdigest()}))
