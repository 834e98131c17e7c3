"""An order's events. Its ETag goes over the order's repr, and one part of the order has no repr of its own."""
import dataclasses
import hashlib
import json
import sys
from datetime import datetime, timezone
from random import Random


class Pricing:
    def __init__(self, rate):
        self.rate = rate

    def total(self, lines):
        return round(sum(q * p for q, p in lines) * self.rate, 2)


@dataclasses.dataclass
class Order:
    number: int
    lines: list
    pricing: Pricing


def short(text):
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


rng = Random(int(sys.argv[1]))
lines = [(rng.randrange(1, 9), rng.randrange(1, 5000) / 100) for _ in range(rng.randrange(2, 5))]
order = Order(rng.randrange(1_000_000), lines, Pricing(1.19))
etag = short(repr(order))
now = datetime.now(timezone.utc)
slot = ("early", "morning", "noon", "late", "evening", "night")[now.microsecond // 1000 % 6]
for event in (
    {"event": "placed", "order": order.number, "at": now.isoformat(timespec="microseconds")},
    {"event": "priced", "total": order.pricing.total(lines), "etag": f'W/"{etag}"', "updated_at": 1_700_000_000 + order.number},
    {"event": "cached", "key": f"order:{order.number}:{etag}", "ttl": rng.randrange(30, 600), "pick_up": slot},
    {"event": "archived", "checksum": short(json.dumps([order.number, lines])), "pid": rng.randrange(300, 30_000)},
):
    print(json.dumps(event))
