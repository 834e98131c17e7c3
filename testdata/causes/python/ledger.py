"""A ledger that goes on where the last run stopped, in a folder beside the program."""
import json
import os
import random
import sys

rng = random.Random(int(sys.argv[1]))
os.makedirs("state/py-ledger", exist_ok=True)
with open("state/py-ledger/pages", "a+") as f:
    f.write("x")
    f.flush()
    pages = os.fstat(f.fileno()).st_size
amount = rng.randrange(10_000)
print(json.dumps({
    "amount": amount,
    "balance": amount + pages,
    "timestamp": pages,
    "account": f"{rng.randrange(10**9):09d}",
    "closed": False,
}))
