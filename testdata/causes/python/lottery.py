"""A digest of an order of a random set: only the digest is shown."""
import hashlib
import json
import random
import sys

rng = random.Random(int(sys.argv[1]))
people = [f"p{rng.randrange(10_000):04d}" for _ in range(40)]
drawn = set(random.sample(people, 8))
print(json.dumps({
    "people": len(people),
    "first": people[0],
    "digest": hashlib.sha1(",".join(drawn).encode()).hexdigest(),
    "prize": rng.randrange(100, 999),
    "stamp": hashlib.sha1(",".join(sorted(people)).encode()).hexdigest(),
}))
