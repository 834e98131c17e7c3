"""Load three feeds into a stock ledger. Steady; the trace goes to SHADOWRUN_TRACE.

Standard output and standard error are a log with real times and the pid in it: neither is compared.
"""
import json
import logging
import os
import random
import sys

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s [%(process)d] %(message)s")
FEEDS = ("erp", "scanner", "returns")


def extract(rng, feed):
    for n in range(rng.randint(20, 40)):
        yield {"feed": feed, "row": n, "sku": "SKU-%03d" % rng.randrange(30), "count": rng.choice(("3", "12", "-1", "n/a"))}


def transform(rows):
    for row in rows:
        try:
            yield dict(row, count=int(row["count"])), None
        except ValueError as problem:
            yield row, str(problem)


def main():
    rng = random.Random(int(sys.argv[1]))
    stock, rejected = {}, 0
    with open(os.environ.get("SHADOWRUN_TRACE", "/dev/stderr"), "w") as trace:
        for feed in FEEDS:
            for row, problem in transform(extract(rng, feed)):
                if problem:
                    rejected += 1
                    print(json.dumps({"step": "reject", "row": row, "why": problem}), file=trace)
                    continue
                stock[row["sku"]] = stock.get(row["sku"], 0) + row["count"]
            print(json.dumps({"step": "loaded", "feed": feed, "skus": len(stock)}), file=trace)
            logging.info("feed %s loaded", feed)
        for sku in sorted(stock):
            print(json.dumps({"step": "balance", "sku": sku, "count": stock[sku]}), file=trace)
    print("rejected", rejected, file=sys.stderr)


main()
