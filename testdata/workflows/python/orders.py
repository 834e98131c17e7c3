"""Price a day's orders: tiered discounts, tax by region, a fraud queue. Steady.

Decoys: "timestamp" and "order_id" look like readings of the world and come from the seed,
and "duration_ms" is what the simulated warehouse took, not what this program took.
"""
import json
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone

CATALOGUE = {"bolt": 0.35, "hinge": 4.2, "lamp": 39.95, "pump": 118.5, "valve": 17.25}
TAX = {"north": 0.19, "south": 0.21, "islands": 0.07}


def price(sku, quantity):
    tier = 0.0 if quantity < 10 else 0.05 if quantity < 50 else 0.125
    net = CATALOGUE[sku] * quantity * (1 - tier)
    return {"sku": sku, "quantity": quantity, "discount": tier, "net": net}


def order(rng, opened):
    lines = [price(sku, rng.randint(1, 80)) for sku in rng.sample(sorted(CATALOGUE), rng.randint(1, 4))]
    region = rng.choice(sorted(TAX))
    net = sum(line["net"] for line in lines)
    placed = opened + timedelta(seconds=rng.randrange(36000), microseconds=rng.randrange(10**6))
    return {
        "order_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "timestamp": placed.isoformat(),
        "customer": {"region": region, "risk": rng.betavariate(2, 9)},
        "lines": lines,
        "totals": {"net": net, "tax": net * TAX[region], "gross": net * (1 + TAX[region])},
        "duration_ms": round(rng.gauss(420, 90), 3),
    }


def main():
    seed = int(sys.argv[1])
    rng = random.Random(seed)
    opened = datetime(2026, 3, 2, 8, tzinfo=timezone.utc) + timedelta(days=seed % 365)
    orders = sorted((order(rng, opened) for _ in range(40)), key=lambda o: o["timestamp"])
    queue = [o["order_id"] for o in orders if o["customer"]["risk"] > 0.3 or o["totals"]["gross"] > 9000]
    gross = sum(o["totals"]["gross"] for o in orders)
    report = {"orders": orders, "review": queue, "revenue": {"gross": gross, "mean": gross / len(orders)}}
    json.dump(report, sys.stdout, indent=1)
    print()


main()
