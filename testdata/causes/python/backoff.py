"""A client that tries again, and waits a jittered while in between. What it asks for is the seed's."""
import json
import sys
from itertools import count, islice
from random import Random, SystemRandom


def waits(base, cap, jitter):
    for attempt in count():
        ceiling = min(cap, base << attempt)
        yield ceiling // 2 + jitter.randrange(ceiling // 2)


plan = Random(int(sys.argv[1]))
base, cap = plan.randrange(60, 200), 5000
taken = list(islice(waits(base, cap, SystemRandom()), plan.randrange(4, 8)))
print(json.dumps({
    "request": {"url": f"/v1/stock/{plan.randrange(10_000)}", "idempotency_key": f"{plan.getrandbits(96):024x}"},
    "retry": {"base_ms": base, "cap_ms": cap, "jitter": taken, "attempts": len(taken) + 1},
    "result": {"status": 200, "elapsed_ms": sum(taken), "worst_ms": max(taken), "took_ms": plan.randrange(5, 90)},
}))
