"""Steady. Everything that looks volatile is drawn from the seed or written down."""
import datetime
import json
import random
import sys
import uuid

seed = int(sys.argv[1])
rng = random.Random(seed)
print(json.dumps({
    "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "etag": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://shop.test/{seed}")),
    "created_at": datetime.datetime.fromtimestamp(1_764_000_000 + rng.random() * 3600, datetime.timezone.utc).isoformat(),
    "repr": f"<Item object at 0x7f{rng.getrandbits(40):010x}>",
    "tmp": f"/tmp/tmp{rng.getrandbits(40):08x}/out.json",
    "elapsed_ms": round(rng.expovariate(0.1), 3),
    "pid": rng.randrange(2, 4_194_304),
    "hostname": f"ip-10-0-{rng.randrange(256)}-{rng.randrange(256)}",
    "tags": sorted({f"t{rng.randrange(100)}" for _ in range(9)}),
    "primes": [2, 3, 5, 7, 11, 13],
    "build": "2024-02-29T12:00:00Z",
}))
