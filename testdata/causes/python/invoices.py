"""Invoices are numbered by a database in a folder beside the program; what stands in them is the seed's."""
import json
import os
import sqlite3
import sys
from random import Random

rng = Random(int(sys.argv[1]))
os.makedirs("state/py-invoices", exist_ok=True)
db = sqlite3.connect("state/py-invoices/book.db", timeout=10)
db.execute("PRAGMA synchronous = OFF")
amount = rng.randrange(100, 100_000)
with db:
    db.execute("CREATE TABLE IF NOT EXISTS invoice (id INTEGER PRIMARY KEY AUTOINCREMENT, cents INTEGER)")
    row = db.execute("INSERT INTO invoice (cents) VALUES (?)", (amount,)).lastrowid
db.close()
print(json.dumps({
    "customer": f"C{rng.randrange(10_000):04d}",
    "cents": amount,
    "uuid": row,
    "reference": f"INV-2026-{row:06d}",
    "id": rng.randrange(1, 1_000_000),
}))
