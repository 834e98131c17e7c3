"""Replay a historical market day. Fault: one trade's time is drawn from an unseeded generator.

The field is called "timestamp" and holds a date of 2021: no clock was read, so this is no leak
of the clock, whatever the name says.
"""
import json
import random
import sys
from datetime import datetime, timedelta, timezone

OPENED = datetime(2021, 6, 7, 9, 0, tzinfo=timezone.utc)


def trade(rng, clock_rng, number):
    at = OPENED + timedelta(milliseconds=clock_rng.randrange(8 * 3600 * 1000))
    return {
        "trade": number,
        "timestamp": at.isoformat(timespec="milliseconds"),
        "symbol": rng.choice(("AEX", "DAX", "IBEX", "OMX")),
        "price": round(rng.lognormvariate(4, 0.2), 2),
        "lots": rng.randint(1, 40),
    }


def main():
    rng = random.Random(int(sys.argv[1]))
    for number in range(16):
        source = random.Random() if number == 9 else rng  # a "fresh" generator for the closing auction
        print(json.dumps(trade(rng, source, number)))


main()
