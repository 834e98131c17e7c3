"""An invoice: three things that no seed decides, under names that belong to others."""
import datetime
import json
import os
import random
import secrets
import sys
import uuid

seed = int(sys.argv[1])
rng = random.Random(seed)
net = rng.randrange(1_000, 90_000)
print(json.dumps({
    "seed": seed,
    "random_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "issued_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds"),
    "due_at": datetime.datetime.fromtimestamp(1_790_000_000 + rng.randrange(86_400), datetime.timezone.utc).isoformat(),
    "elapsed_ms": secrets.randbelow(40_000) / 1000,
    "line": os.getpid(),
    "net": net,
    "tax": net * 19 // 100,
    "currency": "EUR",
}))
