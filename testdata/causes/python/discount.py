"""A shop's discounts: by the second of the clock, by the day of the week, by the year."""
import datetime
import json
import random
import sys

rng = random.Random(int(sys.argv[1]))
now = datetime.datetime.now(datetime.timezone.utc)
price = rng.randrange(1_000, 9_000)
print(json.dumps({
    "price": price,
    "flash": price * (100 + (now.second * 37 + now.microsecond // 1000 * 11) % 89) // 100,
    "weekday_discount": price * now.weekday() // 50,
    "book": now.date().isoformat(),
    "tariff": "2030" if now.year >= 2030 else "2020",
    "valid_until": f"20{rng.randrange(20, 40)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
}))
