"""Issue an invoice. Fault: /created_at reads the wall clock; /due_on, beside it, is the seed's."""
import json
import random
import sys
from datetime import date, datetime, timedelta, timezone

SERVICES = (("survey", 340.0), ("repair", 95.5), ("spare parts", 12.75), ("transport", 61.0))


def line(rng):
    service, rate = rng.choice(SERVICES)
    hours = rng.randint(1, 16) / 2
    return {"service": service, "hours": hours, "rate": rate, "amount": hours * rate}


def main():
    rng = random.Random(int(sys.argv[1]))
    lines = [line(rng) for _ in range(rng.randint(3, 9))]
    invoice = {
        "number": "INV-%06d" % rng.randrange(10**6),
        "created_at": datetime.now(timezone.utc).isoformat(),
        "due_on": (date(2026, 1, 31) + timedelta(days=rng.randrange(300))).isoformat(),
        "lines": lines,
        "total": sum(item["amount"] for item in lines),
    }
    print(json.dumps(invoice, indent=1))


main()
